namespace BatchLLM.Inference;

/// <summary>Runs windows of requests. The local engine and a remote OpenAI-compatible server are two of these.</summary>
public interface IBatchEngine : IAsyncDisposable
{
    /// <summary>What the requests must keep to.</summary>
    EngineLimits Limits { get; }

    /// <summary>
    /// Runs a window and yields each request's result exactly once, as it finishes, in any order. A completion does not
    /// depend on its neighbours in the window.
    /// </summary>
    /// <remarks>
    /// May be called while another window runs: the newer one's rows start where the older one has none left to start, so
    /// that its last rows do not run alone.
    /// </remarks>
    /// <exception cref="BatchLLMException">The engine failed as a whole; no statement about rows not yet yielded.</exception>
    IAsyncEnumerable<Generation> RunAsync(
        IReadOnlyList<InferenceRequest> window, CancellationToken cancellationToken);
}
