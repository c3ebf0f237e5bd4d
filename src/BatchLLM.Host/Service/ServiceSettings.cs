using System.Net;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Retention;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.OpenAi;

namespace BatchLLM.Host.Service;

/// <summary>What the command line of <c>serve</c> says besides the database.</summary>
/// <param name="Listen">Where it listens; port 0 for any that is free.</param>
/// <param name="Roots">What jobs may name.</param>
/// <param name="NeedsKeys">True if whoever sends no key is refused.</param>
internal sealed record ServiceSettings(IPEndPoint Listen, JobRoots Roots, bool NeedsKeys)
{
    /// <summary>Whose tokens let callers in besides keys; null for nobody's.</summary>
    public JwtSettings? Jwt { get; init; }

    /// <summary>How long it keeps what is over.</summary>
    public RetentionSettings Retention { get; init; } = RetentionSettings.Forever;

    /// <summary>True to send webhooks to addresses of the server's own network, too.</summary>
    public bool SendsToPrivate { get; init; }

    /// <summary>What its worker computes on; null for the device that a job names.</summary>
    public WorkerDevice? Device { get; init; }

    /// <summary>What is kept for clients of the OpenAI API.</summary>
    public required OpenAiSettings OpenAi { get; init; }
}
