using System.Text.Json;
using BatchLLM.Host.Display;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Webhooks;

namespace BatchLLM.Host.Service.Webhooks;

/// <summary>What a receiver gets: which job stopped, how, and its numbers. No prompt, no completion.</summary>
/// <param name="Type"><c>job.completed</c>, <c>job.paused</c>, <c>job.cancelled</c> or <c>job.failed</c>.</param>
/// <param name="Timestamp">When it stopped.</param>
/// <param name="Data">The job.</param>
internal sealed record WebhookBody(string Type, DateTimeOffset Timestamp, WebhookBody.JobData Data)
{
    /// <summary>The message's bytes: the same at each attempt, unless the job went on meanwhile.</summary>
    public static byte[] Write(WebhookMessage message, Job job)
    {
        var state = JobStates.Name(message.State);
        var data = new JobData(
            job.Id, job.Definition.Name, state, message.Reason, RunRows.Of(job), job.Counts.PromptTokens, job.Counts.CompletionTokens,
            job.Definition.OutputUri, job.ReceiptSha256);
        return JsonSerializer.SerializeToUtf8Bytes(new WebhookBody($"job.{state}", message.StoppedAt, data), Terminal.JsonOptions);
    }

    /// <summary>The job, as it is when the message is sent.</summary>
    internal sealed record JobData(
        long Id,
        string Name,
        string State,
        string? Reason,
        RunRows Rows,
        long PromptTokens,
        long CompletionTokens,
        string Output,
        string? ReceiptSha256);
}
