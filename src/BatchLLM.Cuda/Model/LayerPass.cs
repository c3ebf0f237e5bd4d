using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Cuda.Weights;

namespace BatchLLM.Cuda.Model;

/// <summary>One layer's part of a step.</summary>
internal sealed class LayerPass
{
    private readonly IDevice _device;
    private readonly LlamaConfig _config;
    private readonly DeviceLayer _weights;
    private readonly W4Workspace? _workspace;
    private readonly PassBuffers _buffers;
    private readonly RopeAngleTables _angles;
    private readonly PagedAttention _attention;
    private readonly AttentionShape _shape;
    private readonly AttentionLayer _layer;
    private readonly NormStep _attentionNorm;
    private readonly RopeStore _rope;
    private readonly AttentionMerge _merge;
    private readonly NormStep _feedForwardNorm;
    private readonly Activation _activation;

    /// <summary>Finds its kernels.</summary>
    /// <param name="context">What all layers share.</param>
    /// <param name="layer">Which.</param>
    public LayerPass(PassContext context, int layer)
    {
        (_device, _config, _buffers, _angles) = (context.Device, context.Config, context.Buffers, context.Angles);
        (_attention, _shape) = (context.Attention, context.Shape);
        (_weights, _workspace) = (context.Weights.Layers[layer], context.Weights.W4Workspace);
        var kv = context.Shape.IsFp8 ? KvPrecision.Fp8 : KvPrecision.Bf16;
        var scales = context.Shape.IsFp8 ? _weights.KvScales : new KvScales(1, 1);
        _layer = new AttentionLayer(_buffers.Queries.Address, context.Cache.Keys(layer), context.Cache.Values(layer), scales);
        var before = layer == 0 ? null : context.Weights.Layers[layer - 1].Down;
        _attentionNorm = new NormStep(context, before, _weights.AttentionNorm, _weights.Qkv);
        _rope = new RopeStore(_device, _weights.Qkv.Form.Input.Output(), kv);
        _merge = new AttentionMerge(_device, context.Shape, _weights.Output.Form.Input);
        _feedForwardNorm = new NormStep(context, _weights.Output, _weights.FeedForwardNorm, _weights.GateUp);
        _activation = new Activation(_device, _weights.GateUp.Form.Input.Output(), _weights.Down.Form.Input);
    }

    /// <summary>Queues it; leaves what is to be added to the residual in the products' buffer.</summary>
    public void Run(StepLaunch step)
    {
        _attentionNorm.Run(step.Rows);
        Multiply(_weights.Qkv, step.Rows);
        Turn(step);
        _attention.Launch(step.Attention, _layer);
        var output = _weights.Output.Form;
        _merge.Launch(
            step.Attention, _layer.Scales.Value, _buffers.Inputs.Address, _buffers.InputScales(output, _buffers.OtherScales), output.InputScale);
        Multiply(_weights.Output, step.Rows);
        _feedForwardNorm.Run(step.Rows);
        Multiply(_weights.GateUp, step.Rows);
        Activate(step.Rows);
        Multiply(_weights.Down, step.Rows);
    }

    private void Multiply(DeviceLinear linear, int rows)
    {
        if (linear.Packed is { } packed)
        {
            packed.Multiply(_workspace!, _buffers.Inputs.Address, _buffers.Products.Address, rows, ElementType.BFloat16);
            return;
        }

        var product = linear.Product(_buffers.Inputs.Address, _buffers.Products.Address, rows);
        _device.Multiply(product with { XScales = _buffers.BlockScales.Address });
    }

    private void Turn(StepLaunch step) => _rope.Launch(step.Rows, new RopeStoreArguments
    {
        Product = _buffers.Products.Address,
        RowScales = _weights.Qkv.Form.RowScales(_buffers.NormScales),
        ColumnScales = _weights.Qkv.ColumnScales,
        Cosines = _angles.Cosines,
        Sines = _angles.Sines,
        Positions = step.Attention.Positions,
        Slices = step.Attention.Slices,
        BlockTables = step.Attention.BlockTables,
        Queries = _buffers.Queries.Address,
        Keys = _layer.Keys,
        Values = _layer.Values,
        Heads = _config.HeadCount,
        KvHeads = _config.KvHeadCount,
        HeadDim = _config.HeadSize,
        TableStride = step.Attention.TableStride,
        BlockTokens = _shape.BlockTokens,
        ProductScale = _weights.Qkv.Form.InputScale,
        KeyScale = _layer.Scales.Key,
        ValueScale = _layer.Scales.Value,
    });

    private void Activate(int rows) => _activation.Launch(rows, new ActivationArguments
    {
        Product = _buffers.Products.Address,
        RowScales = _weights.GateUp.Form.RowScales(_buffers.NormScales),
        ColumnScales = _weights.GateUp.ColumnScales,
        Output = _buffers.Inputs.Address,
        OutputScales = _buffers.InputScales(_weights.Down.Form, _buffers.OtherScales),
        Width = _config.IntermediateSize,
        ProductScale = _weights.GateUp.Form.InputScale,
        OutputScale = _weights.Down.Form.InputScale,
    });
}
