using BatchLLM.Host.Commands;
using BatchLLM.Host.Display;
using BatchLLM.Host.Preflight;
using BatchLLM.Host.Retention;
using BatchLLM.Inference;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Jobs;

/// <summary>Submits, resumes and runs one job in this process, with a display.</summary>
/// <param name="state">Durable state.</param>
/// <param name="terminal">Where to show it.</param>
/// <param name="show">How many rows to show afterwards.</param>
internal sealed class JobRun(DatabaseSession state, Terminal terminal, int show)
{
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly IJobStore _store = state.Store;

    /// <summary>Creates the job, or finds it; runs it unless it is over.</summary>
    public async Task<int> SubmitAsync(JobSpec submitted, bool again, CancellationToken cancellationToken)
    {
        using var model = IJobModel.Open(submitted);
        var spec = model.InForce(submitted);
        var job = await CreateAsync(spec, model, again, cancellationToken);
        return job.State switch
        {
            JobState.Completed => await AlreadyCompleteAsync(job, cancellationToken),
            JobState.Paused when job.WaitsForApproval => throw Unapproved(job),
            JobState.Paused => throw new UsageException(
                $"Job {job.Id} is paused: {job.Reason}. `batchllm resume {job.Id} --error-budget ...` goes on with it; " +
                $"`batchllm cancel {job.Id}` ends it."),
            _ => await RunAsync(job, spec, model, cancellationToken),
        };
    }

    /// <summary>Goes on with a job.</summary>
    /// <param name="job">One that is over is published again.</param>
    /// <param name="errorBudget">A new error budget; null keeps the job's own.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    /// <exception cref="UsageException">The job failed, or is the workers' to plan.</exception>
    public Task<int> ResumeAsync(Job job, string? errorBudget, CancellationToken cancellationToken) => job.State switch
    {
        JobState.Completed or JobState.Cancelled => PublishAgainAsync(job, cancellationToken),
        JobState.Failed => throw new UsageException($"Job {job.Id} failed: {job.Reason} Correct that and hand the job in anew."),
        JobState.Paused when job.WaitsForApproval => throw Unapproved(job),
        JobState.Queued => throw new UsageException($"Job {job.Id} waits for a worker; `batchllm worker` starts one."),
        _ => GoOnAsync(job, errorBudget, cancellationToken),
    };

    /// <summary>Lets a job go on that waits for that after its canary.</summary>
    /// <exception cref="UsageException">It does not wait for it.</exception>
    public async Task<int> ApproveAsync(Job job, CancellationToken cancellationToken)
    {
        if (!await _store.ApproveAsync(job.Id, cancellationToken))
        {
            throw new UsageException($"Job {job.Id} is {job.State.ToString().ToLowerInvariant()} and waits for no approval of a canary.");
        }

        return await GoOnAsync((await _store.FindAsync(job.Id, cancellationToken))!, errorBudget: null, cancellationToken);
    }

    /// <summary>Computes the failed rows of a job that is over again.</summary>
    /// <param name="job">The job.</param>
    /// <param name="error">The code of the only error whose rows are computed again; null for all.</param>
    /// <param name="cancellationToken">Interrupts; a resume goes on with it.</param>
    /// <exception cref="UsageException">The job is not over, or has no such rows.</exception>
    public async Task<int> RetryAsync(Job job, string? error, CancellationToken cancellationToken)
    {
        if (await JobRetry.BeginAsync(_store, job, error, cancellationToken) is { } refusal)
        {
            throw new UsageException(refusal);
        }

        var running = (await _store.FindAsync(job.Id, cancellationToken))!;
        return await GoOnAsync(running, errorBudget: null, cancellationToken);
    }

    /// <summary>A crash after the last commit may have left the publishing, or the tidying up, undone.</summary>
    private async Task<int> PublishAgainAsync(Job job, CancellationToken cancellationToken)
    {
        var published = await JobAssembly.PublisherOf(job, _store).PublishAsync(job.Id, cancellationToken);
        return await FinishAsync(published, published.Counts, TimeSpan.Zero, busy: null, cancellationToken);
    }

    private async Task<int> GoOnAsync(Job job, string? errorBudget, CancellationToken cancellationToken)
    {
        var spec = JobFileLoader.Restore(job.Definition.SpecJson, errorBudget);
        if (job.State == JobState.Paused)
        {
            await _store.ResumeAsync(job.Id, JobSpecJson.Write(spec), cancellationToken);
            job = (await _store.FindAsync(job.Id, cancellationToken))!;
        }

        if (!job.IsPlanned)
        {
            return await QueuedAgainAsync(job.Id, cancellationToken);
        }

        using var model = IJobModel.Open(spec);
        return await RunAsync(job, spec, model, cancellationToken);
    }

    private async Task<int> QueuedAgainAsync(long jobId, CancellationToken cancellationToken)
    {
        var job = (await _store.FindAsync(jobId, cancellationToken))!;
        if (terminal.IsJson)
        {
            terminal.WriteJson(JobOutput.Of(job, preflight: null));
        }
        else
        {
            await terminal.Text.WriteLineAsync($"Job {jobId} is queued again; the next free worker plans and runs it.");
        }

        return ExitCodes.Ok;
    }

    private async Task<Job> CreateAsync(
        JobSpec spec, IJobModel model, bool again, CancellationToken cancellationToken)
    {
        var draft = await JobDraft.ResolveAsync(spec, model, new InputsInRemoval(state.ResultRetention), cancellationToken);
        if (!again && await _store.FindByKeyAsync(draft.Key, cancellationToken) is { } former)
        {
            return former;
        }

        var (definition, shards) = await draft.CutAsync(cancellationToken);
        var (job, _) = await _store.CreateAsync(definition, shards, again, cancellationToken);

        // If the process dies here, the job waits in the database; `run` and `resume` both find it.
        CrashHook.Reach(CrashWindow.JobCreated);
        return job;
    }

    private async Task<int> RunAsync(Job job, JobSpec spec, IJobModel model, CancellationToken cancellationToken)
    {
        Announce(job, spec);
        await using var execution = await JobExecution.OpenAsync(state, job, spec, model, mayLease: null, cancellationToken);
        var progress = new JobProgress(job.Counts, job.Definition.RowCount);
        var reader = new ProgressReader(job.Definition.Name, progress, _time);
        var start = _time.GetTimestamp();
        var finished = await ShowAsync(reader, token => execution.RunAsync(progress, token), cancellationToken);
        var exitCode = await FinishAsync(
            finished, job.Counts, _time.GetElapsedTime(start), execution.Busy, cancellationToken);
        await ShowSamplesAsync(finished, spec, cancellationToken);
        return exitCode;
    }

    /// <summary>Runs, and shows how it goes. Where nothing can be shown any more, the run is stopped before that is said.</summary>
    private async Task<Job> ShowAsync(
        ProgressReader reader, Func<CancellationToken, Task<Job>> run, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = Task.Run(() => run(stop.Token), CancellationToken.None);
        try
        {
            await terminal.Progress().ShowAsync(reader.Read, work, _time);
        }
        catch
        {
            await stop.CancelAsync();
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        return await work;
    }

    private static UsageException Unapproved(Job job) => new(
        $"Job {job.Id} is paused: {job.Reason}. `batchllm approve {job.Id}` goes on with it; `batchllm cancel {job.Id}` ends it.");

    private void Announce(Job job, JobSpec spec)
    {
        if (job.IsCanaryDue)
        {
            terminal.Text.WriteLine($"Canary: {Math.Min(job.CanaryRows!.Value, job.Definition.RowCount)} of {job.Definition.RowCount} rows run first.");
        }

        if (JobAssembly.NoteOn(job, spec) is { } note)
        {
            terminal.Text.WriteLine(note);
        }

        if (job.Counts.Done > 0)
        {
            terminal.Text.WriteLine(
                $"Job {job.Id} goes on: {job.Counts.Done} of {job.Definition.RowCount} rows are committed already.");
        }
    }

    private async Task<int> AlreadyCompleteAsync(Job job, CancellationToken cancellationToken)
    {
        if (!terminal.IsJson)
        {
            await terminal.Text.WriteLineAsync(
                $"Job {job.Id} ({job.Definition.Name}) is already complete for these inputs, this model and these settings.");
        }

        var exitCode = await FinishAsync(job, job.Counts, TimeSpan.Zero, busy: null, cancellationToken);
        if (!terminal.IsJson)
        {
            await terminal.Text.WriteLineAsync("Nothing was run. Pass --again to run it anew.");
        }

        return exitCode;
    }

    // Without an engine that computed, the job was complete already.
    private async Task<int> FinishAsync(
        Job job, RowCounts before, TimeSpan elapsed, BusyTime? busy, CancellationToken cancellationToken)
    {
        var report = await ReportKeeping.FindAsync(state.Preflights, job, cancellationToken);
        var summary = RunSummary.Of(job, before, elapsed) with
        {
            AlreadyComplete = busy is null,
            EngineBusy = busy is null ? null : Math.Round(busy.Total / elapsed, 4),
            Preflight = EstimateCheck.Of(job, report),
        };
        new SummaryView(terminal).Show(summary);
        return summary.ExitCode;
    }

    private async Task ShowSamplesAsync(Job job, JobSpec spec, CancellationToken cancellationToken)
    {
        if (show > 0 && job.State == JobState.Completed && !terminal.IsJson)
        {
            await new SampleView(terminal, JobAssembly.Blobs).ShowAsync(job, spec, show, cancellationToken);
        }
    }
}
