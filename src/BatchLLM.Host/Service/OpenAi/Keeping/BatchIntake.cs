using System.Security.Cryptography;
using System.Text;
using BatchLLM.Batches;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Host.Jobs;
using BatchLLM.Inference;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.OpenAi.Keeping;

/// <summary>From a batch to the job that it becomes, or to what is wrong with its input.</summary>
/// <param name="batches">Durable state.</param>
/// <param name="queue">Where its job goes.</param>
/// <param name="models">The models that requests may name.</param>
/// <param name="places">Where its files are.</param>
/// <param name="log">What happens.</param>
internal sealed class BatchIntake(
    IBatchStore batches, IJobQueue queue, ModelCatalog models, OpenAiPlaces places, BatchLog log)
{
    private const int RowsPerRange = 4096;
    private const int LikelyRows = 1 << 20; // decides only how finely ids are set aside

    // What a completion gets that says nothing (OpenAI API reference): little for text, and for a chat what the context leaves.
    private const int DefaultTextTokens = 16;

    private static readonly JsonlRowReader Reader = new(JobAssembly.Blobs);

    /// <summary>Looks at a batch's input, and lets it begin or fail.</summary>
    /// <exception cref="BatchLLMException">The store failed, or something that may pass is in the way of reading.</exception>
    public async Task ValidateAsync(Batch batch, CancellationToken cancellationToken)
    {
        using var scratch = JobAssembly.Scratch();
        var check = new BatchInputCheck(batch.Endpoint, name => models.DirectoryOf(name) is not null, scratch, LikelyRows);
        var faults = await FindFaultsAsync(batch, check, cancellationToken);
        if (faults.Count > 0)
        {
            log.Write(batch.Id, $"failed: its input has {faults.Count} faults or more, the first: {faults[0].Code}.");
            await batches.FailAsync(batch.Id, faults, cancellationToken);
            return;
        }

        // If the process dies here, the next finds the same job by its key.
        var (job, _) = await queue.SubmitAsync(SubmissionOf(batch, models.DirectoryOf(check.Model!)!), cancellationToken);
        await batches.BeginAsync(batch.Id, job.Id, check.Model!, check.RequestCount, cancellationToken);
        log.Write(batch.Id, FormattableString.Invariant($"job {job.Id} of {check.RequestCount} requests."));
    }

    private async Task<IReadOnlyList<BatchFault>> FindFaultsAsync(
        Batch batch, BatchInputCheck check, CancellationToken cancellationToken)
    {
        var uri = places.Input(batch.InputFileId);
        try
        {
            await ReadAsync(uri, check, cancellationToken);
            return check.Complete();
        }
        catch (BatchLLMException e) when (!e.IsTransient)
        {
            // No text of lines at all, for example. Where the service keeps it is no business of the client's.
            var message = e.Message.Replace(uri, batch.InputFileId, StringComparison.Ordinal);
            return [new BatchFault(null, "input_unreadable", message, "input_file_id")];
        }
    }

    private static async Task ReadAsync(string uri, BatchInputCheck check, CancellationToken cancellationToken)
    {
        await foreach (var range in Reader.SplitAsync(uri, RowsPerRange, cancellationToken))
        {
            await foreach (var row in Reader.ReadAsync(uri, range, BatchInputCheck.Columns, cancellationToken))
            {
                check.Add(row);
            }

            if (check.IsHopeless)
            {
                return;
            }
        }
    }

    private JobSubmission SubmissionOf(Batch batch, string model)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(batch.Id));
        var spec = SpecOf(batch, model, BitConverter.ToUInt32(digest));
        return new JobSubmission(spec.Name, JobSpecJson.Write(spec), spec.Model, spec.Output.Uri)
        {
            Tenant = batch.Tenant,
            Deadline = batch.ExpiresAt,
            Idempotency = new IdempotencyKey(batch.Id, Convert.ToHexStringLower(digest)),
        };
    }

    private JobSpec SpecOf(Batch batch, string model, uint seed) => new()
    {
        Name = batch.Id,
        Model = model,
        Inputs = [new InputSpec(places.Input(batch.InputFileId), DataFormat.Jsonl)],
        Prompt = new PromptSpec { OpenAiBatch = true },
        Output = new OutputSpec { Uri = places.Job(batch.Id) },
        Sampling = new SamplingSpec
        {
            Defaults = new SamplingParameters
            {
                MaxTokens = batch.Endpoint == BatchUrls.Chat ? SamplingLimits.MaxTokensCeiling : DefaultTextTokens,
                Temperature = 1, // the API's default
                Seed = seed,
            },
        },
    };
}
