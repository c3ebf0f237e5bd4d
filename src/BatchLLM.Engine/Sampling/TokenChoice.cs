using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Model;
using BatchLLM.Engine.Threading;
using BatchLLM.Inference;

namespace BatchLLM.Engine.Sampling;

/// <summary>Chooses the next token of rows that have logits; one piece per row. Reused.</summary>
internal sealed class TokenChoice : IWorkItems
{
    private readonly StepRows _rows;
    private readonly int _vocabulary;
    private readonly TokenSampler[] _samplers; // [workers]
    private readonly int[] _tokens; // [sequences]
    private Matrix _logits;
    private int _first;

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
    public int Count { get; private set; }

    /// <summary>Sets the next rows.</summary>
    /// <param name="logits">Changed in place by penalties. // [count, vocabulary]</param>
    /// <param name="first">First choice.</param>
    /// <param name="count">Choices.</param>
    public TokenChoice Of(Matrix logits, int first, int count)
    {
        (_logits, _first, Count) = (logits, first, count);
        return this;
    }

    /// <summary>The i-th choice of the step, or <see cref="IModelRunner.NotFinite"/>.</summary>
    public int Token(int i) => _tokens[i];

    /// <inheritdoc/>
    public unsafe void Run(int item, int worker)
    {
        var logits = new Span<float>(_logits[item], _vocabulary);
        _tokens[_first + item] = _samplers[worker].Choose(logits, _rows.ChosenSequence(_first + item));
    }
}
