using BatchLLM.Host.Retention;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Jobs;

/// <summary>A job whose inputs are resolved, and so whose key is known, before their rows are counted.</summary>
/// <param name="Spec">The spec in force.</param>
/// <param name="Inputs">The files.</param>
/// <param name="Key">See <see cref="JobKey"/>.</param>
internal sealed record JobDraft(JobSpec Spec, IReadOnlyList<InputFile> Inputs, string Key)
{
    /// <summary>Resolves a job's inputs.</summary>
    /// <param name="spec">The spec in force.</param>
    /// <param name="model">Its model.</param>
    /// <param name="removals">Results that are being removed.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="BatchLLMException">An input matches nothing, or a file twice, or what is being removed.</exception>
    public static async Task<JobDraft> ResolveAsync(
        JobSpec spec, IJobModel model, InputsInRemoval removals, CancellationToken cancellationToken)
    {
        var inputs = await removals.ListAsync(
            spec.Inputs, () => JobAssembly.Planner.ResolveAsync(spec.Inputs, cancellationToken), cancellationToken);
        return new JobDraft(spec, inputs, JobKey.Compute(spec, inputs, model.Digest));
    }

    /// <summary>Cuts the inputs into shards.</summary>
    /// <exception cref="BatchLLMException">
    /// The output directory holds another job's results or an input, a file cannot be read, or no input has a row.
    /// </exception>
    public async Task<(NewJob Job, IReadOnlyList<NewShard> Shards)> CutAsync(CancellationToken cancellationToken)
    {
        OutputLayout.RefuseOwnInputs(Spec.Output.Uri, Inputs);
        await JobAssembly.CheckOutputAsync(Spec, cancellationToken);
        var plan = await JobAssembly.Planner.CutAsync(Spec, Inputs, cancellationToken);
        var job = new NewJob(
            Spec.Name, Key, JobSpecJson.Write(Spec), Spec.Model, Spec.Output.Uri, Inputs, plan.RowCount);
        return (job, plan.Shards);
    }
}
