namespace BatchLLM.Preflight;

/// <summary>Takes what a preflight finds, one row after the other: there may be as many findings as rows.</summary>
public interface IFindingWriter
{
    /// <summary>Writes one.</summary>
    ValueTask WriteAsync(Finding finding, CancellationToken cancellationToken);
}
