using BatchLLM.Checkpoints;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Attention;
using BatchLLM.Engine.Layers;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;
using BatchLLM.Inference;

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
    private readonly KvCache _cache;
    private readonly MatrixBuffer _residual; // [tokens, hidden]
    private readonly MatrixBuffer _normed; // [tokens, hidden]
    private readonly MatrixBuffer _qkv; // [tokens, queries | keys | values]
    private readonly MatrixBuffer _attended; // [tokens, heads * headSize]
    private readonly MatrixBuffer _gateUp; // [tokens, gate | up]
    private readonly MatrixBuffer _logits; // [sequences, vocabulary]
    private readonly LinearLayers _linear;
    private readonly RmsNorm _norm;
    private readonly RopeAndStore _rope;
    private readonly CausalAttention _attention;
    private readonly int _headSize;

    /// <summary>Allocates everything a step needs.</summary>
    public ForwardPass(
        LlamaConfig config, LlamaWeights weights, RunnerLimits limits, KvCache cache, StoredRope angles, StepRows rows, WorkerPool pool,
        InstructionSet? instructions)
    {
        (_weights, _rows, _pool, _cache, _headSize) = (weights, rows, pool, cache, config.HeadSize);
        var layer = weights.Layers[0];
        var tokens = limits.StepTokenBudget;
        _residual = new MatrixBuffer(tokens, layer.Output.ColumnCount);
        _normed = new MatrixBuffer(tokens, layer.Output.ColumnCount);
        _qkv = new MatrixBuffer(tokens, layer.Qkv.ColumnCount);
        _attended = new MatrixBuffer(tokens, layer.Output.Depth);
        _gateUp = new MatrixBuffer(tokens, layer.GateUp.ColumnCount);
        _logits = new MatrixBuffer(limits.StepSequenceBudget, weights.Head.ColumnCount);
        _linear = new LinearLayers(pool, tokens, [.. weights.Linears], instructions);
        _norm = new RmsNorm(config.HiddenSize, (float)config.NormEpsilon);
        _rope = new RopeAndStore(config, _cache, rows, angles);
        _attention = new CausalAttention(config, _cache, rows, limits.ContextLength, pool.WorkerCount);
    }

    /// <summary>Computes the rows that the step was laid out in.</summary>
    /// <returns>Logits of the rows that choose a token, in slice order. // [rows.ChosenCount, vocabulary]</returns>
    public Matrix Run()
    {
        for (var row = 0; row < _rows.Count; row++)
        {
            Embed(row);
        }

        for (var layer = 0; layer < _weights.Layers.Length; layer++)
        {
            Attend(_weights.Layers[layer], layer);
            FeedForward(_weights.Layers[layer]);
        }

        return Head();
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
        _linear.Multiply(weights.Qkv, _normed.Rows, _qkv.Rows, _rows.Count);
        _pool.Run(_rope.Of(qkv, layer));
        _pool.Run(_attention.Of(qkv, _attended.Rows, layer));
        _linear.Multiply(weights.Output, _attended.Rows, _residual.Rows, _rows.Count, adds: true);
    }

    private void FeedForward(LayerWeights weights)
    {
        _pool.Run(_norm.Of(weights.FeedForwardNorm.Pointer, _residual.Rows, _normed.Rows, _rows.Count));
        _linear.MultiplyGated(weights.GateUp, _normed.Rows, _gateUp.Rows, _rows.Count);
        _linear.Multiply(weights.Down, _gateUp.Rows, _residual.Rows, _rows.Count, adds: true);
    }

    private Matrix Head()
    {
        var width = (int)_residual.Rows.Stride;
        for (var i = 0; i < _rows.ChosenCount; i++)
        {
            // Chosen rows ascend, so a row is moved up before anything is written over it. Its padding moves along.
            new ReadOnlySpan<float>(_residual.Rows[_rows.ChosenRow(i)], width)
                .CopyTo(new Span<float>(_residual.Rows[i], width));
        }

        _pool.Run(_norm.Of(_weights.FinalNorm.Pointer, _residual.Rows, _normed.Rows, _rows.ChosenCount));
        _linear.Multiply(_weights.Head, _normed.Rows, _logits.Rows, _rows.ChosenCount);
        return _logits.Rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _residual.Dispose();
        _normed.Dispose();
        _qkv.Dispose();
        _attended.Dispose();
        _gateUp.Dispose();
        _logits.Dispose();
        _attention.Dispose();
        _linear.Dispose();
    }
}
