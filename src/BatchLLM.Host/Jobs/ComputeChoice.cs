using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Weights;
using BatchLLM.Host.Commands;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Jobs;

/// <summary>How a model is computed, as far as a user chooses; null where the checkpoint decides.</summary>
/// <param name="Numerics">How linear layers are computed.</param>
/// <param name="Kv">What the KV cache holds.</param>
internal sealed record ComputeChoice(Numerics? Numerics, KvPrecision? Kv)
{
    /// <summary>What a job's spec says, its names checked by the schema.</summary>
    public static ComputeChoice Of(JobSpec spec) => new(
        spec.Numerics is { } numerics ? NumericsNames.Parse(numerics) : null,
        spec.KvCache is { } precision ? KvPrecisionNames.Parse(precision) : null);

    /// <summary>The spec with what the checkpoint decides filled in: what is stored, and what the job is known by.</summary>
    /// <param name="spec">The job's.</param>
    /// <param name="scheme">What the checkpoint declares.</param>
    /// <param name="gpu">The GPU that the model was opened for; null for the CPU.</param>
    /// <exception cref="UsageException">The checkpoint or the device does not support the job's numerics.</exception>
    public static JobSpec InForce(JobSpec spec, QuantizationScheme scheme, DeviceProperties? gpu)
    {
        var asked = Of(spec);
        var numerics = asked.Numerics ?? scheme.Default;
        var refusal = NumericsRefusal.Of(spec.Model, scheme, asked.Numerics, "the job")
            ?? (gpu is not null ? GpuNumerics.Refusal(scheme, numerics, asked.Kv, gpu) : null);
        return refusal is not null
            ? throw new UsageException(refusal)
            : spec with
            {
                Numerics = numerics.Name(),
                KvCache = (gpu is not null ? GpuNumerics.Kv(scheme, asked.Kv) : asked.Kv ?? scheme.Kv).Name(),
            };
    }
}
