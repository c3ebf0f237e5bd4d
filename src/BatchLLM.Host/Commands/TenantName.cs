using BatchLLM.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary>A tenant's name on the command line.</summary>
internal static class TenantName
{
    /// <summary>The name, if it is one.</summary>
    /// <param name="text">What was said.</param>
    /// <param name="place">The option or argument that says it.</param>
    /// <exception cref="UsageException">It is none.</exception>
    public static string Parse(string text, string place) => JobSubmission.IsTenant(text)
        ? text
        : throw new UsageException($"{place}: expected 1 to 64 of a-z, 0-9, dot, dash and underscore.");
}
