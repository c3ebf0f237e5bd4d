using System.Runtime.CompilerServices;
using BatchLLM.Planning;
using BatchLLM.Tokens;

namespace BatchLLM.Inference;

/// <summary>
/// Runs windows on one model runner. Steps follow each other on a thread of their own: results wait in a queue that
/// holds at most the window, so a slow consumer never holds up a step.
/// </summary>
/// <remarks>
/// Windows begin in the order in which they are asked for, each when those before it have no row left to start. A window may
/// end while a step is in flight that nobody waits for; disposing waits for it. A fault of
/// the runner ends all that run; the engine takes the next one as if nothing had been, provided that the runner still works.
/// </remarks>
public sealed class LocalBatchEngine : IBatchEngine
{
    private readonly IModelRunner _runner;
    private readonly ITokenizer _tokenizer;
    private readonly IReadOnlySet<int> _stopTokens;
    private readonly IProgress<StepReport>? _progress;
    private readonly OutputLengths? _lengths;
    private readonly Lock _lock = new();
    private readonly Queue<WindowRun> _arrived = new(); // under the lock
    private int _runCount; // under the lock
    private bool _isDisposed; // under the lock
    private Task? _computing; // under the lock; null while there is nothing to compute

    /// <summary>Creates an engine.</summary>
    /// <param name="runner">Computes the steps; disposed with the engine.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="stopTokens">Ids that end any completion; they are not part of it.</param>
    /// <param name="progress">Called after every step on the computing thread, so it must be quick.</param>
    /// <param name="lengths">
    /// What is known of completion lengths, to start rows in the best order; learns from every window that ends. Read and
    /// written while a window runs. Null: rows start in the order of the window. Answers are the same.
    /// </param>
    public LocalBatchEngine(
        IModelRunner runner,
        ITokenizer tokenizer,
        IReadOnlySet<int> stopTokens,
        IProgress<StepReport>? progress = null,
        OutputLengths? lengths = null)
    {
        _runner = runner;
        _tokenizer = tokenizer;
        _stopTokens = stopTokens;
        _progress = progress;
        _lengths = lengths;
        Limits = new EngineLimits(
            runner.Limits.ContextLength, runner.Limits.VocabularySize, runner.Limits.StepSequenceBudget);
    }

    /// <inheritdoc/>
    public EngineLimits Limits { get; }

    /// <inheritdoc/>
    /// <remarks>
    /// Leaving the enumeration early, like the token, ends the run after the step under way. What the runner throws
    /// reaches the consumer as it is, after the rows that were finished before it.
    /// </remarks>
    public async IAsyncEnumerable<Generation> RunAsync(
        IReadOnlyList<InferenceRequest> window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var left = new CancellationTokenSource();
        var run = new WindowRun(window, _runner.Limits, cancellationToken, left.Token);
        Begin(run);
        try
        {
            // The computing thread ends the results on cancellation; a token here would leave while it still runs.
            await foreach (var generation in run.Results.ReadAllAsync(CancellationToken.None))
            {
                yield return generation;
            }
        }
        finally
        {
            await left.CancelAsync();
            await run.Ended;
            End();
        }
    }

    /// <summary>Disposes the runner.</summary>
    /// <exception cref="InvalidOperationException">A window is running.</exception>
    public async ValueTask DisposeAsync()
    {
        Task? computing;
        lock (_lock)
        {
            if (_runCount > 0)
            {
                throw new InvalidOperationException("A window is running; leave its enumeration first.");
            }

            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            computing = _computing;
        }

        await (computing ?? Task.CompletedTask);
        _runner.Dispose();
    }

    private void Begin(WindowRun run)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _runCount++;
            _arrived.Enqueue(run);
            _computing ??= Task.Factory.StartNew(
                Compute, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _runCount--;
        }
    }

    private void Compute()
    {
        var steps = NewSteps();
        while (TakeArrived(steps))
        {
            try
            {
                steps.Advance();
            }
            catch (Exception exception)
            {
                steps.Fail(exception);
                steps = NewSteps();
            }
        }
    }

    private StepLoop NewSteps() => new(_runner, _tokenizer, _stopTokens, _lengths, _progress);

    /// <summary>False if nothing is left to do; the next window then starts another thread.</summary>
    private bool TakeArrived(StepLoop steps)
    {
        lock (_lock)
        {
            while (_arrived.TryDequeue(out var run))
            {
                steps.Add(run);
            }

            if (steps.HasWork)
            {
                return true;
            }

            _computing = null;
            return false;
        }
    }
}
