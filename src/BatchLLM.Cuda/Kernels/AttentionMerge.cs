using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Makes the output projection's input of what <see cref="PagedAttention"/> leaves.</summary>
/// <param name="device">Where it runs.</param>
/// <param name="shape">Of the model.</param>
/// <param name="form">What the projection takes.</param>
internal sealed class AttentionMerge(IDevice device, AttentionShape shape, InputForm form)
{
    private readonly IKernel _kernel = device.Kernel("attention_merge", $"attention_merge_to_{KernelNames.Of(form)}");

    /// <summary>Queues the merge of a layer.</summary>
    /// <param name="step">The step.</param>
    /// <param name="valueScale">Of the cache's values.</param>
    /// <param name="results">Receives the rows in the form. // [rows, heads, head size]</param>
    /// <param name="resultScales">
    /// Receives the scales of forms that have one a row, float32 // [rows], or one a block, in tiles; else ignored.
    /// </param>
    /// <param name="resultScale">The scale of forms that have a static one; else ignored.</param>
    public void Launch(AttentionStep step, float valueScale, ulong results, ulong resultScales, float resultScale) => device.Launch(
        _kernel,
        RowShape.Of(step.RowCount, shape.Width / 8, sharedBytes: shape.Width * sizeof(float)),
        new AttentionMergeArguments
        {
            PartialOutputs = step.PartialOutputs,
            PartialSums = step.PartialSums,
            Mixed = step.Mixed,
            FirstPartials = step.FirstPartials,
            Positions = step.Positions,
            Results = results,
            ResultScales = resultScales,
            ValueScale = valueScale,
            ResultScale = resultScale,
            Heads = (uint)shape.HeadCount,
            HeadDim = (uint)shape.HeadSize,
        });
}
