namespace BatchLLM.Jobs;

/// <summary>A job as it is handed in, before anything of it was looked at.</summary>
/// <param name="Name">The spec's name.</param>
/// <param name="SpecJson">The job file with absolute URIs, as JSON text.</param>
/// <param name="Model">The model directory's absolute path.</param>
/// <param name="OutputUri">Absolute URI of the output directory.</param>
public sealed record JobSubmission(string Name, string SpecJson, string Model, string OutputUri)
{
    /// <summary>Whose a job is that names nobody.</summary>
    public const string DefaultTenant = "default";

    /// <summary>Least and greatest priority.</summary>
    public const int LeastPriority = -100, GreatestPriority = 100;

    private const int LongestTenant = 64;

    /// <summary>Whose it is; see <see cref="IsTenant"/>.</summary>
    public string Tenant { get; init; } = DefaultTenant;

    /// <summary>Higher goes first; <see cref="LeastPriority"/> to <see cref="GreatestPriority"/>.</summary>
    public int Priority { get; init; }

    /// <summary>When it should be done; earlier goes first among equal priorities. Null goes last.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Makes handing it in again harmless; null for a job of its own every time.</summary>
    public IdempotencyKey? Idempotency { get; init; }

    /// <summary>True for 1 to 64 characters of a-z, 0-9, dot, dash and underscore.</summary>
    public static bool IsTenant(string name) => name.Length is > 0 and <= LongestTenant
        && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-' or '_');
}
