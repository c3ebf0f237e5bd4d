using BatchLLM.Checkpoints;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Attention;
using BatchLLM.Engine.Layers;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Engine.Model;

/// <summary>
/// Llama's forward pass over a step's rows: float32 activations over the checkpoint's weights. All buffers are made once;
/// a step allocates nothing.
/// </summary>
internal sealed unsafe class ForwardPass : IDisposable
{
    private readonly LlamaWeights _weights;
    private readonly StepRows _rows;
    private readonly WorkerPool _pool;
    private readonly StepTimes _times;
    private readonly MatrixBuffer _residual; // [tokens, hidden]; after the layers, the chosen rows first
    private readonly MatrixBuffer _normed; // [tokens, hidden]
    private readonly MatrixBuffer _qkv; // [tokens, queries | keys | values]
    private readonly MatrixBuffer _attended; // [tokens, heads * headSize]
    private readonly MatrixBuffer _gateUp; // [tokens, gate | up]
    private readonly LinearLayers _linear;
    private readonly RmsNorm _norm;
    private readonly RopeAngles _angles;
    private readonly RopeAndStore _rope;
    private readonly CausalAttention _attention;
    private readonly int _headSize;

    /// <summary>Allocates everything a step needs.</summary>
    public ForwardPass(
        IModelWeights model, LlamaWeights weights, RunnerLimits limits, KvCache cache, StepRows rows, WorkerPool pool, StepTimes times,
        InstructionSet? instructions)
    {
        (_weights, _rows, _pool, _times, _headSize) = (weights, rows, pool, times, model.Config.HeadSize);
        var layer = weights.Layers[0];
        var tokens = limits.StepTokenBudget;
        _residual = new MatrixBuffer(tokens, layer.Output.ColumnCount);
        _normed = new MatrixBuffer(tokens, layer.Output.ColumnCount);
        _qkv = new MatrixBuffer(tokens, layer.Qkv.ColumnCount);
        _attended = new MatrixBuffer(tokens, layer.Output.Depth);
        _gateUp = new MatrixBuffer(tokens, layer.GateUp.ColumnCount);
        _linear = new LinearLayers(pool, tokens, [.. weights.Linears], instructions);
        _norm = new RmsNorm(model.Config.HiddenSize, (float)model.Config.NormEpsilon);
        _angles = new RopeAngles(model.Config, model.StoredRope, limits.ContextLength);
        _rope = new RopeAndStore(model.Config, cache, rows, _angles);
        _attention = new CausalAttention(model.Config, cache, rows, tokens, pool.WorkerCount);
        Head = new OutputHead(weights, limits.StepSequenceBudget, _residual.Rows, _normed.Rows, _linear, _norm, pool, times);
    }

    /// <summary>Gives the logits of the rows that choose a token, in slice order, once the layers have run.</summary>
    public OutputHead Head { get; }

    /// <summary>Computes the layers of a step.</summary>
    /// <param name="step">Laid out in the rows.</param>
    public void Run(Step step)
    {
        Prepare(step);
        for (var layer = 0; layer < _weights.Layers.Length; layer++)
        {
            Attend(_weights.Layers[layer], layer);
            FeedForward(_weights.Layers[layer]);
        }

        GatherChosen();
    }

    private void Prepare(Step step)
    {
        _attention.Fill(step);
        _angles.Cover(_rows.EndPosition);
        for (var row = 0; row < _rows.Count; row++)
        {
            Embed(row);
        }

        _times.Mark(StepPart.Embed);
    }

    private void Embed(int row)
    {
        var hidden = _weights.Head.Depth;
        var residual = _residual.Rows[row];
        _weights.Embedding.Copy(_rows.Token(row), residual);

        // Norms read whole vectors, and a row that was not finite leaves its mark in the padding.
        new Span<float>(residual + hidden, (int)_residual.Rows.Stride - hidden).Clear();
    }

    private void Attend(LayerWeights weights, int layer)
    {
        var queries = weights.Qkv.PartColumns[0];
        var qkv = new QkvRows(_qkv.Rows, _headSize, queries, queries + weights.Qkv.PartColumns[1]);
        _pool.Run(_norm.Of(weights.AttentionNorm.Pointer, _residual.Rows, _normed.Rows, _rows.Count));
        _times.Mark(StepPart.Norm);
        _linear.Multiply(weights.Qkv, _normed.Rows, _qkv.Rows, _rows.Count);
        _times.Mark(StepPart.Qkv);
        _pool.Run(_rope.Of(qkv, layer));
        _times.Mark(StepPart.RopeAndStore);
        _pool.Run(_attention.Of(qkv, _attended.Rows, layer));
        _times.Mark(StepPart.Attention);
        _linear.Multiply(weights.Output, _attended.Rows, _residual.Rows, _rows.Count, adds: true);
        _times.Mark(StepPart.Output);
    }

    private void FeedForward(LayerWeights weights)
    {
        _pool.Run(_norm.Of(weights.FeedForwardNorm.Pointer, _residual.Rows, _normed.Rows, _rows.Count));
        _times.Mark(StepPart.Norm);
        _linear.MultiplyGated(weights.GateUp, _normed.Rows, _gateUp.Rows, _rows.Count);
        _times.Mark(StepPart.GateUp);
        _linear.Multiply(weights.Down, _gateUp.Rows, _residual.Rows, _rows.Count, adds: true);
        _times.Mark(StepPart.Down);
    }

    private void GatherChosen()
    {
        var width = (int)_residual.Rows.Stride;
        for (var i = 0; i < _rows.ChosenCount; i++)
        {
            // Chosen rows ascend, so a row is moved up before anything is written over it. Its padding moves along.
            new ReadOnlySpan<float>(_residual.Rows[_rows.ChosenRow(i)], width)
                .CopyTo(new Span<float>(_residual.Rows[i], width));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _residual.Dispose();
        _normed.Dispose();
        _qkv.Dispose();
        _attended.Dispose();
        _gateUp.Dispose();
        _angles.Dispose();
        _attention.Dispose();
        Head.Dispose();
        _linear.Dispose();
    }
}
