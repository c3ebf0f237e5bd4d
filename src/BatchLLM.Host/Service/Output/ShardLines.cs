using BatchLLM.Blobs;
using BatchLLM.Blobs.Parquet;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Prompts;

namespace BatchLLM.Host.Service.Output;

/// <summary>Chooses how a job's output becomes lines.</summary>
internal static class ShardLines
{
    /// <summary>All rows.</summary>
    public static IShardLines RowsOf(Job job)
    {
        var (spec, reader) = (SpecOf(job), new ShardReader(JobAssembly.Blobs));
        var layout = JobAssembly.LayoutOf(job, spec);
        if (layout.Format != DataFormat.Parquet)
        {
            return new JsonlRows(reader, layout);
        }

        var columns = new OutputColumns(RowPreparer.CarriedColumns(spec), spec.Output.TokenIds);
        return new ParquetRows(reader, new OutputPartReader(JobAssembly.Blobs, columns), layout, columns);
    }

    /// <summary>The failed rows.</summary>
    public static IShardLines ErrorsOf(Job job) =>
        new ErrorLines(new ShardReader(JobAssembly.Blobs), JobAssembly.LayoutOf(job, SpecOf(job)));

    private static JobSpec SpecOf(Job job) => JobFileLoader.Restore(job.Definition.SpecJson, errorBudget: null);
}
