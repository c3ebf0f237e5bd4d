using System.Globalization;
using BatchLLM.Blobs;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Checkpoints;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Preflight;

/// <summary>Looks at a whole job before it runs: tokenizes every row, runs a sample, and writes what it found.</summary>
/// <param name="settings">What the command line says.</param>
/// <param name="stages">Told how far it is.</param>
/// <param name="time">The clock.</param>
internal sealed class PreflightRun(PreflightSettings settings, PreflightStages stages, TimeProvider time)
{
    // Twice the rows of a full step, so that rows wait while the batch is full; ranges narrow with the root of it only.
    private const int SampleRows = 512;

    /// <summary>Runs the preflight.</summary>
    /// <param name="submitted">The job, its paths absolute.</param>
    /// <param name="cancellationToken">Ends it; the files of an earlier preflight stay as they are.</param>
    /// <exception cref="BatchLLMException">Model, input or report cannot be read or written.</exception>
    public async Task<PreflightReport> RunAsync(JobSpec submitted, CancellationToken cancellationToken)
    {
        using var model = IJobModel.Open(settings.Device?.Place(submitted) ?? submitted);
        var spec = model.InForce(submitted);
        var inputs = await JobAssembly.Planner.ResolveAsync(spec.Inputs, cancellationToken);
        OutputLayout.RefuseOwnInputs(spec.Output.Uri, inputs);
        var key = JobKey.Compute(spec, inputs, model.Digest);
        var start = time.GetTimestamp();
        var plan = await JobAssembly.Planner.CutAsync(spec, inputs, cancellationToken);
        stages.Tokenize(plan);
        var counted = await CountAsync(spec, key, plan, model, start, cancellationToken);
        var report = counted.Report with { CompressedFiles = inputs.Count(file => DataFormats.IsCompressed(file.Uri)) };
        if (model is LoadedModel loaded)
        {
            report = await MeasureAsync(report, counted.Pass, spec, loaded, cancellationToken);
            report = report with { Memory = MemoryOf(spec, loaded, report) };
        }

        await JobAssembly.Blobs.WriteAsync(
            ReportFile(spec, "preflight.json"),
            (stream, token) => stream.WriteAsync(PreflightJson.Write(report), token).AsTask(),
            cancellationToken);
        return report;
    }

    private async Task<(PreflightReport Report, PreflightPass Pass)> CountAsync(
        JobSpec spec, string key, JobPlan plan, IJobModel model, long start, CancellationToken cancellationToken)
    {
        var findings = ReportFile(spec, "preflight-rows.jsonl");
        var options = new PreflightOptions(
            Environment.ProcessorCount, JobAssembly.ShardsPerWindow(spec, plan.RowCount), model.LimitsOf(spec), SampleRows, SeedOf(key));
        PreflightPass? pass = null;
        await JobAssembly.Blobs.WriteAsync(
            findings,
            async (stream, token) =>
            {
                using var scratch = JobAssembly.Scratch();
                await using var writer = new FindingWriter(stream);
                pass = new PreflightPass(JobAssembly.ReaderOf(spec, model, DateTimeOffset.UtcNow), scratch, writer, options);
                await pass.RunAsync(plan, stages.Progress, token);
                await writer.CompleteAsync(token);
            },
            cancellationToken);
        var seconds = time.GetElapsedTime(start).TotalSeconds;
        return (PreflightReportBuilder.Build(spec, key, plan, pass!, seconds, findings), pass!);
    }

    private async Task<PreflightReport> MeasureAsync(
        PreflightReport report, PreflightPass pass, JobSpec spec, LoadedModel model, CancellationToken cancellationToken)
    {
        if (settings.Measure <= TimeSpan.Zero || pass.Sample.Count == 0)
        {
            return report;
        }

        stages.Measure(settings.Measure);
        var start = time.GetTimestamp();
        var runner = model.OpenRunner(ComputeChoice.Of(spec));
        var startSeconds = time.GetElapsedTime(start).TotalSeconds;
        var trial = await TrialRun.RunAsync(
            runner, model.Tokenizer, model.StopTokenIds.ToHashSet(), pass.Sample, settings.Measure, time, cancellationToken);
        return trial.Completions.Count == 0
            ? report
            : report with
            {
                Estimate = RunEstimator.Estimate(
                    trial, pass.Sample.Count, startSeconds, report.Ready, report.SharedPrefixes.CopiedRows,
                    report.PromptTokens - report.SharedPrefixes.PlannedTokens, SeedOf(report.Key)),
            };
    }

    private static MemoryReport? MemoryOf(JobSpec spec, LoadedModel model, PreflightReport report)
    {
        var choice = ComputeChoice.Of(spec);
        return model.GpuMemory(choice) is { } gpu
            ? MemoryPlan.OnGpu(gpu.Name, gpu.Memory, report)
            : MemoryPlan.Of(ModelInspection.Of(spec.Model), choice, report);
    }

    private string ReportFile(JobSpec spec, string name) => $"{(settings.ReportUri ?? spec.Output.Uri).TrimEnd('/')}/{name}";

    private static ulong SeedOf(string key) => ulong.Parse(key.AsSpan(0, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
