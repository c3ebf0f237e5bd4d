using BatchLLM.Canaries;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Planning;

namespace BatchLLM.Host.Jobs;

/// <summary>A planned job about to run in this process: its engine, its pipeline, and what it learns on the way.</summary>
internal sealed class JobExecution : IAsyncDisposable
{
    private readonly Job _job;
    private readonly IBatchEngine _engine;
    private readonly LengthKeeping _keeping;
    private readonly OutputLengths _lengths;
    private readonly CanaryRun? _canary;
    private readonly BatchPipeline _pipeline;

    private JobExecution(
        Job job, IBatchEngine engine, BusyTime busy, LengthKeeping keeping, OutputLengths lengths, CanaryRun? canary, BatchPipeline pipeline) =>
        (_job, _engine, Busy, _keeping, _lengths, _canary, _pipeline) = (job, engine, busy, keeping, lengths, canary, pipeline);

    /// <summary>How long the engine computed.</summary>
    public BusyTime Busy { get; }

    /// <summary>Starts the engine, and takes back what dead workers of this machine hold of the job.</summary>
    /// <param name="state">Durable state.</param>
    /// <param name="job">A planned job.</param>
    /// <param name="spec">Its spec.</param>
    /// <param name="model">Its model, which must outlive this.</param>
    /// <param name="mayLease">See <see cref="PipelineOptions.MayLease"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">The store failed, or an input's schema cannot be read.</exception>
    public static async Task<JobExecution> OpenAsync(
        DatabaseSession state,
        Job job,
        JobSpec spec,
        IJobModel model,
        Func<CancellationToken, ValueTask<bool>>? mayLease,
        CancellationToken cancellationToken)
    {
        CheckModel(job, spec, model);
        await WorkerIdentity.ReleaseDeadAsync(state.Store, job.Id, cancellationToken);
        var busy = new BusyTime();
        var keeping = new LengthKeeping(state.OutputLengths, SeriesKey.Compute(spec, model.Digest));
        var lengths = await keeping.LoadAsync(cancellationToken);
        var engine = model.OpenEngine(spec, lengths, busy);
        try
        {
            engine = await JobAssembly.ReusingAsync(engine, spec, model, cancellationToken);
            var pipeline = await JobAssembly.PipelineOfAsync(
                job, spec, state.Store, model, engine, mayLease, cancellationToken);
            var canary = JobAssembly.CanaryOf(job, spec, state.Store, model, engine);
            return new JobExecution(job, engine, busy, keeping, lengths, canary, pipeline);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the canary, if it has yet to run, and the pipeline, if that lets it; then keeps what was learnt. Returns how the job stands.</summary>
    /// <exception cref="BatchLLMException">The store, a file or the engine failed. Running it again goes on.</exception>
    public async Task<Job> RunAsync(JobProgress progress, CancellationToken cancellationToken)
    {
        var job = _canary is null ? _job : await _canary.RunAsync(_job, cancellationToken);
        if (job.State == JobState.Running)
        {
            job = await _pipeline.RunAsync(job, progress, cancellationToken);
        }

        await _keeping.SaveAsync(_lengths, cancellationToken);
        return job;
    }

    /// <summary>A retry may come long after the job: rows of two models in one output would be nobody's answer.</summary>
    private static void CheckModel(Job job, JobSpec spec, IJobModel model)
    {
        if (job.Retries > 0 && JobKey.Compute(spec, job.Definition.Inputs, model.Digest) != job.Definition.Key)
        {
            throw new BatchLLMException(
                $"{spec.Model} is not the model any more that job {job.Id} ran with, so its failed rows are not retried. " +
                "Put that one back and resume, or cancel the job and run it anew.");
        }
    }

    /// <summary>Ends the engine.</summary>
    public ValueTask DisposeAsync() => _engine.DisposeAsync();
}
