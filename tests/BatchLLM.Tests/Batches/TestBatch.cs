using BatchLLM.Batches;
using BatchLLM.Jobs;

namespace BatchLLM.Tests.Batches;

/// <summary>A batch that was made at <see cref="Start"/> and has an hour.</summary>
internal static class TestBatch
{
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    /// <summary>It, read after some minutes.</summary>
    public static Batch At(int minutes) => new()
    {
        Id = "batch_0123456789abcdef01234567",
        Tenant = "default",
        InputFileId = "file-0123456789abcdef01234567",
        Endpoint = BatchUrls.Chat,
        CompletionWindow = "1h",
        CreatedAt = Start,
        ExpiresAt = Start.AddHours(1),
        ReadAt = Start.AddMinutes(minutes),
        Model = "tiny",
    };

    /// <summary>Its job.</summary>
    /// <param name="state">Where it stands.</param>
    /// <param name="finished">Minutes after which it was over; null if it is not.</param>
    public static BatchJob Job(JobState state, int? finished = null) =>
        new(7, state, null, default, finished is { } minutes ? Start.AddMinutes(minutes) : null);
}
