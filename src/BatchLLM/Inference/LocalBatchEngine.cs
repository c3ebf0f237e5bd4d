using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BatchLLM.Planning;
using BatchLLM.Tokens;

namespace BatchLLM.Inference;

/// <summary>
/// Runs windows on one model runner. Steps follow each other on a thread of their own: results wait in a queue that
/// holds at most the window, so a slow consumer never holds up a step.
/// </summary>
/// <remarks>
/// All state of a window belongs to its run. After a fault or a cancellation the engine takes the next window as if
/// nothing had been, provided that the runner still works.
/// </remarks>
public sealed class LocalBatchEngine : IBatchEngine
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Disposed = 2;

    private readonly IModelRunner _runner;
    private readonly ITokenizer _tokenizer;
    private readonly IReadOnlySet<int> _stopTokens;
    private readonly IProgress<StepReport>? _progress;
    private readonly OutputLengths? _lengths;
    private int _state = Idle;

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
        Limits = new EngineLimits(runner.Limits.ContextLength, runner.Limits.VocabularySize);
    }

    /// <inheritdoc/>
    public EngineLimits Limits { get; }

    /// <inheritdoc/>
    /// <remarks>
    /// Leaving the enumeration early, like the token, ends the run after the step under way. What the runner throws
    /// reaches the consumer as it is, after the rows that were finished before it.
    /// </remarks>
    /// <exception cref="InvalidOperationException">Another window is running.</exception>
    public async IAsyncEnumerable<Generation> RunAsync(
        IReadOnlyList<InferenceRequest> window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Enter();
        using var left = new CancellationTokenSource();
        var finished = Channel.CreateUnbounded<Generation>();
        var steps = StartSteps(window, finished.Writer, cancellationToken, left.Token);
        try
        {
            // The computing thread ends the channel on cancellation; a token here would leave while it still runs.
            await foreach (var generation in finished.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return generation;
            }
        }
        finally
        {
            await left.CancelAsync();
            await steps;
            Volatile.Write(ref _state, Idle);
        }
    }

    /// <summary>Disposes the runner.</summary>
    /// <exception cref="InvalidOperationException">A window is running.</exception>
    public ValueTask DisposeAsync()
    {
        switch (Interlocked.CompareExchange(ref _state, Disposed, Idle))
        {
            case Running:
                throw new InvalidOperationException("A window is running; leave its enumeration first.");
            case Idle:
                _runner.Dispose();
                break;
        }

        return ValueTask.CompletedTask;
    }

    private void Enter()
    {
        var state = Interlocked.CompareExchange(ref _state, Running, Idle);
        ObjectDisposedException.ThrowIf(state == Disposed, this);
        if (state == Running)
        {
            throw new InvalidOperationException("A window is running; the engine takes one at a time.");
        }
    }

    private Task StartSteps(
        IReadOnlyList<InferenceRequest> window,
        ChannelWriter<Generation> finished,
        CancellationToken cancelled,
        CancellationToken left) =>
        Task.Factory.StartNew(
            () => RunSteps(window, finished, cancelled, left),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    // Ends the channel in every case, so that the consumer cannot hang.
    private void RunSteps(
        IReadOnlyList<InferenceRequest> window,
        ChannelWriter<Generation> finished,
        CancellationToken cancelled,
        CancellationToken left)
    {
        try
        {
            new WindowRun(_runner, _tokenizer, _stopTokens, _lengths, result => finished.TryWrite(result), _progress)
                .Run(window, cancelled, left);
            finished.Complete();
        }
        catch (Exception exception)
        {
            finished.Complete(exception);
        }
    }
}
