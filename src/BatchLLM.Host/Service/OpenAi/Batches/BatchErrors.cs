using BatchLLM.Batches;

namespace BatchLLM.Host.Service.OpenAi.Batches;

/// <summary>What is wrong with a batch's input.</summary>
/// <param name="Object">list.</param>
/// <param name="Data">By line.</param>
internal sealed record BatchErrors(string Object, IReadOnlyList<BatchFault> Data)
{
    /// <summary>The list; null if nothing is wrong.</summary>
    public static BatchErrors? Of(IReadOnlyList<BatchFault> faults) => faults.Count == 0 ? null : new BatchErrors("list", faults);
}
