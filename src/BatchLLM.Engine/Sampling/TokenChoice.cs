using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Model;
using BatchLLM.Engine.Threading;
using BatchLLM.Inference;

namespace BatchLLM.Engine.Sampling;

/// <summary>Chooses the next token of every row that has logits; one piece per row. Reused.</summary>
internal sealed class TokenChoice : IWorkItems
{
    private readonly StepRows _rows;
    private readonly int _vocabulary;
    private readonly TokenSampler[] _samplers; // [workers]
    private readonly int[] _tokens; // [sequences]
    private Matrix _logits;

    /// <summary>Allocates a sampler for each thread.</summary>
    public TokenChoice(RunnerLimits limits, StepRows rows, int workers)
    {
        _rows = rows;
        _vocabulary = limits.VocabularySize;
        _tokens = new int[limits.StepSequenceBudget];
        _samplers = new TokenSampler[workers];
        for (var i = 0; i < workers; i++)
        {
            _samplers[i] = new TokenSampler(_vocabulary);
        }
    }

    /// <inheritdoc/>
    public int Count => _rows.ChosenCount;

    /// <summary>Sets the logits. // [rows.ChosenCount, vocabulary]</summary>
    public TokenChoice Of(Matrix logits)
    {
        _logits = logits;
        return this;
    }

    /// <summary>The i-th choice, or <see cref="IModelRunner.NotFinite"/>.</summary>
    public int Token(int i) => _tokens[i];

    /// <summary>Logits of the i-th choice. // [vocabulary]</summary>
    public unsafe Span<float> Logits(int i) => new(_logits[i], _vocabulary);

    /// <inheritdoc/>
    public void Run(int item, int worker) =>
        _tokens[item] = _samplers[worker].Choose(Logits(item), _rows.ChosenSequence(item));
}
