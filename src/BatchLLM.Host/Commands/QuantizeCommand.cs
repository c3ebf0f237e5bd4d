using System.CommandLine;
using BatchLLM.Checkpoints.Quantize;
using BatchLLM.Host.Display;
using BatchLLM.Host.Quantize;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm quantize --from DIR --to DIR --format NAME</c>.</summary>
internal static class QuantizeCommand
{
    private const int DefaultSamples = 512;

    private static readonly Option<string> From = new("--from")
    {
        Description = "Model directory with BF16, F16 or F32 weights.",
        HelpName = "dir",
        Required = true,
    };

    private static readonly Option<string> To = new("--to")
    {
        Description = "New directory for the quantized model; one that a stopped run left is gone on with.",
        HelpName = "dir",
        Required = true,
    };

    private static readonly Option<string> Format = new("--format")
    {
        Description = $"Layout: {string.Join(", ", QuantizeFormats.Names)}.",
        HelpName = "name",
        Required = true,
    };

    private static readonly Option<string?> Calibration = new("--calibration")
    {
        Description = "Prompts like those to come: a job file (its inputs and template are used), or a Parquet or JSONL file. " +
            "fp8, nvfp4 and int4-awq need it.",
        HelpName = "file",
    };

    private static readonly Option<string?> Column = new("--column")
    {
        Description = "Column of a Parquet or JSONL file that is the prompt. Default: prompt, text, body, ...",
        HelpName = "name",
    };

    private static readonly Option<int> Samples = new("--samples")
    {
        Description = "Most prompts to calibrate on, evenly spread over the rows.",
        HelpName = "count",
        DefaultValueFactory = _ => DefaultSamples,
    };

    private static readonly Option<string> KvCache = new("--kv-cache")
    {
        Description = "full, or fp8 to write scales of an FP8 KV cache (formats fp8 and nvfp4).",
        HelpName = "name",
        DefaultValueFactory = _ => "full",
    };

    public static Command Create() =>
        new Command("quantize", "Writes a quantized copy of a model; run again, it goes on where it was stopped.")
        {
            From, To, Format, Calibration, Column, Samples, KvCache,
        }.Runs((parsed, terminal, cancellationToken) => RunAsync(Read(parsed), terminal, cancellationToken));

    private static async Task<int> RunAsync(QuantizeRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            new QuantizeView(terminal).Show(await new QuantizeRun(request, terminal).RunAsync(cancellationToken));
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await terminal.Error.WriteLineAsync("Interrupted. Finished layers are kept; the same command goes on.");
            return ExitCodes.Interrupted;
        }
    }

    private static QuantizeRequest Read(ParseResult parsed)
    {
        var name = parsed.GetValue(Format)!;
        var request = new QuantizeRequest(
            Path.GetFullPath(parsed.GetValue(From)!),
            Path.GetFullPath(parsed.GetValue(To)!),
            QuantizeFormats.TryParse(name, out var format)
                ? format.Value
                : throw new UsageException($"--format {name}: expected one of {string.Join(", ", QuantizeFormats.Names)}."),
            ReadKvCache(parsed.GetValue(KvCache)!),
            parsed.GetValue(Calibration),
            parsed.GetValue(Column),
            parsed.GetValue(Samples));
        return Check(request);
    }

    private static bool ReadKvCache(string name) => name switch
    {
        "full" => false,
        "fp8" => true,
        _ => throw new UsageException($"--kv-cache {name}: expected full or fp8."),
    };

    private static QuantizeRequest Check(QuantizeRequest request) =>
        request.Format.NeedsCalibration() && request.Calibration is null
            ? throw new UsageException(
                $"--format {request.Format.Name()} needs --calibration with a job file, or a Parquet or JSONL file of prompts.")
        : !request.Format.NeedsCalibration() && request.Calibration is not null
            ? throw new UsageException($"--format {request.Format.Name()} needs no calibration; leave --calibration out.")
        : request.Fp8Kv && request.Format is not (QuantizeFormat.Fp8 or QuantizeFormat.Nvfp4)
            ? throw new UsageException($"--kv-cache fp8: --format {request.Format.Name()} has no KV scales; only fp8 and nvfp4 do.")
        : request.Samples < 1
            ? throw new UsageException($"--samples {request.Samples}: expected at least 1.")
        : request;
}
