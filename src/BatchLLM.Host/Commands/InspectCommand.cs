using System.CommandLine;
using System.CommandLine.Parsing;
using BatchLLM.Blobs;
using BatchLLM.Checkpoints;
using BatchLLM.Host.Display;
using BatchLLM.Host.Inspection;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm inspect PATH</c>.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "A model directory, or a Parquet, JSONL or CSV file." };
        var sequences = new Option<int>("--sequences")
        {
            Description = "Sequences of the KV cache's estimate.",
            DefaultValueFactory = _ => 64,
        };
        var tokens = new Option<int>("--tokens")
        {
            Description = "Tokens of each sequence, prompt and completion together.",
            DefaultValueFactory = _ => 2048,
        };
        var device = DeviceOption.Create("What a model is to run on; cpu without.");
        sequences.Validators.Add(RequirePositive);
        tokens.Validators.Add(RequirePositive);
        return new Command("inspect", "Shows what is in a model directory or a data file, and what a model takes on this machine (ops/precisions.md).")
            { path, sequences, tokens, device }
            .Runs((parsed, terminal, cancellationToken) =>
            {
                var batch = new BatchShape(parsed.GetValue(sequences), parsed.GetValue(tokens));
                var gpu = DeviceOption.Read(parsed, device) is { } name ? DeviceNames.GpuOf(name) : null;
                return InspectAsync(parsed.GetValue(path)!, batch, gpu, terminal, cancellationToken);
            });
    }

    private static void RequirePositive(OptionResult result)
    {
        if (result.GetValueOrDefault<int>() < 1)
        {
            result.AddError($"{result.IdentifierToken?.Value} is {result.GetValueOrDefault<int>()}; expected 1 or more.");
        }
    }

    private static async Task<int> InspectAsync(
        string path, BatchShape batch, int? gpu, Terminal terminal, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            return gpu is { } ordinal ? Inspect(path, batch, ordinal, terminal) : Inspect(path, batch, terminal);
        }

        if (gpu is not null)
        {
            throw new UsageException($"--device is for models, and {path} is no directory; leave it out.");
        }

        new DataFileView(terminal).Show(await InspectFileAsync(path, cancellationToken));
        return ExitCodes.Ok;
    }

    private static int Inspect(string path, BatchShape batch, Terminal terminal)
    {
        var model = ModelInspection.Of(path);
        new ModelView(terminal).Show(model, MachinePlan.Of(model, batch), gpu: null);
        return model.Problems.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static int Inspect(string path, BatchShape batch, int ordinal, Terminal terminal)
    {
        using var device = Gpu.Open(ordinal);
        var model = ModelInspection.Of(path);
        var plan = model.Problems.Count == 0 ? GpuInspection.Of(model, batch, device) : null;
        new ModelView(terminal).Show(model, plan: null, plan);
        return plan is { Refusal: null } ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task<DataFileInspection> InspectFileAsync(string path, CancellationToken cancellationToken)
    {
        var blobs = JobAssembly.Blobs;
        var uri = BlobUri.FromText(path, Directory.GetCurrentDirectory());
        await foreach (var blob in blobs.ListAsync(uri, cancellationToken))
        {
            return await InspectAsync(blobs, blob, cancellationToken);
        }

        throw new BatchLLMException($"There is no file or directory {path}.");
    }

    private static Task<DataFileInspection> InspectAsync(
        IBlobStore blobs, BlobInfo blob, CancellationToken cancellationToken) =>
        DataFormats.Resolve(DataFormat.Auto, blob.Uri) switch
        {
            DataFormat.Parquet => ParquetInspector.InspectAsync(blobs, blob, cancellationToken),
            var format => TextFileInspector.InspectAsync(blobs, blob, format, cancellationToken),
        };
}
