using BatchLLM.Checkpoints.Quantize;

namespace BatchLLM.Engine.Calibration;

/// <summary>Gathers what passes the input of a linear layer.</summary>
/// <param name="name">For messages, for example "input of self_attn.o_proj".</param>
/// <param name="inputs">Width of a row.</param>
/// <param name="totalRows">Rows that will come in all.</param>
internal sealed class InputCollector(string name, int inputs, long totalRows)
{
    private const int MostSamples = 64;

    private readonly double[] _sums = new double[inputs]; // [inputs]
    private readonly float[] _samples = new float[Math.Min(MostSamples, totalRows) * inputs]; // [samples, inputs]
    private float _magnitude;
    private long _rows;
    private int _sampled;

    private long SampleCount => Math.Min(MostSamples, totalRows);

    /// <summary>Takes rows, in the order of the tokens.</summary>
    /// <param name="x">// [rows, inputs]</param>
    /// <param name="rows">Rows.</param>
    public void Add(float[] x, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            var values = x.AsSpan(row * inputs, inputs);
            for (var i = 0; i < values.Length; i++)
            {
                var magnitude = MathF.Abs(values[i]);
                _sums[i] += magnitude;
                _magnitude = MathF.Max(_magnitude, magnitude);
            }

            Sample(values);
        }
    }

    /// <summary>What was seen.</summary>
    /// <exception cref="BatchLLMException">An activation was NaN or infinite.</exception>
    public InputStatistics ToStatistics() => float.IsFinite(_magnitude)
        ? new InputStatistics(_magnitude, Array.ConvertAll(_sums, sum => (float)(sum / _rows)), _samples)
        : throw new BatchLLMException(
            $"Calibration found a value that is NaN or infinite at the {name}; the model's weights are damaged, or it overflows on " +
            "these prompts. Check it with `batchllm run`.");

    // The share of the samples that is due grows by at most one at each row.
    private void Sample(ReadOnlySpan<float> values)
    {
        if ((_rows + 1) * SampleCount / totalRows > _sampled)
        {
            values.CopyTo(_samples.AsSpan(_sampled * inputs));
            _sampled++;
        }

        _rows++;
    }
}
