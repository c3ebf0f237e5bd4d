using BatchLLM.Cuda.Kernels;

namespace BatchLLM.Cuda.Model;

/// <summary>
/// Llama's forward pass over a step's rows on a device: float32 residual, products in the weights' own precision. It only queues;
/// all addresses are made once, so that what it queues can be recorded.
/// </summary>
internal sealed class DeviceForwardPass
{
    private readonly PassContext _context;
    private readonly Embedding _embedding;
    private readonly LayerPass[] _layers;
    private readonly NormStep _finalNorm;

    /// <summary>Finds all kernels.</summary>
    public DeviceForwardPass(PassContext context)
    {
        _context = context;
        _embedding = new Embedding(context.Device, context.Weights.Embedding.Type);
        _layers = [.. Enumerable.Range(0, context.Config.LayerCount).Select(layer => new LayerPass(context, layer))];
        _finalNorm = new NormStep(context, context.Weights.Layers[^1].Down, context.Weights.FinalNorm, context.Weights.Head);
    }

    /// <summary>Queues the layers of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="chosen">Tokens that earlier steps chose. // int32 [slots]</param>
    public void Run(StepLaunch step, ulong chosen)
    {
        _embedding.Launch(step.Rows, new EmbeddingArguments
        {
            Tokens = step.Tokens,
            Chosen = chosen,
            Table = _context.Weights.Embedding.Address,
            Residual = _context.Buffers.Residual.Address,
            Hidden = _context.Config.HiddenSize,
        });
        foreach (var layer in _layers)
        {
            layer.Run(step);
        }
    }

    /// <summary>Queues the logits of some rows that choose a token; each row's may be computed once a step.</summary>
    /// <param name="step">The step, its layers queued.</param>
    /// <param name="first">First choice.</param>
    /// <param name="count">Choices, at most as many as there is room for.</param>
    public void Logits(StepLaunch step, int first, int count)
    {
        var head = _context.Weights.Head;
        _finalNorm.Run(step.ChosenRows + (ulong)first * sizeof(int), count);
        if (head.Packed is { } packed)
        {
            packed.Multiply(
                _context.Weights.W4Workspace!, _context.Buffers.Inputs.Address, _context.Buffers.Logits.Address, RowBuckets.Of(count),
                head.LogitType);
            return;
        }

        var product = head.Product(
            _context.Buffers.Inputs.Address, _context.Buffers.Logits.Address, RowBuckets.Of(count), head.LogitType);
        _context.Device.Multiply(product with { XScales = _context.Buffers.BlockScales.Address });
    }
}
