using System.CommandLine;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Engine.Assembly;
using BatchLLM.Host.Bench;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary>The options of <c>batchllm bench</c>.</summary>
internal sealed class BenchOptions
{
    private readonly Option<string> _shape = new("--shape")
    {
        Description = $"Shape of the model: {string.Join(", ", LlamaShapes.Names)}, or the path of a config.json.",
        HelpName = "name",
        DefaultValueFactory = _ => "llama-3.2-1b",
    };

    private readonly Option<string> _precision = new("--precision")
    {
        Description = $"What its weights are stored as: {string.Join(", ", SyntheticPrecisions.Names)}.",
        HelpName = "name",
        DefaultValueFactory = _ => "bf16",
    };

    private readonly Option<string?> _numerics = new("--numerics")
    {
        Description = $"How linear layers are computed: {string.Join(", ", NumericsNames.All)}; the precision's own without.",
        HelpName = "name",
    };

    private readonly Option<string> _prompt = Counts("--prompt", "Tokens of a prompt.", "128,512");
    private readonly Option<string> _output = Counts("--output", "Tokens that each sequence generates.", "64");
    private readonly Option<string> _batch = Counts("--batch", "Sequences that run together.", "1,8,32,64");

    private readonly Option<int> _shared = new("--shared")
    {
        Description = "Tokens that the prompts of one group begin with.",
        HelpName = "tokens",
    };

    private readonly Option<int?> _group = new("--group")
    {
        Description = "Sequences of a group that shares; all of them without.",
        HelpName = "count",
    };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Threads that compute.",
        HelpName = "count",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private readonly Option<string?> _instructions = new("--instructions")
    {
        Description = $"Instructions that kernels are made of: {string.Join(", ", InstructionSets.FoundNames)}; the last without.",
        HelpName = "name",
    };

    private readonly Option<string?> _device = DeviceOption.Create("What computes; cpu without.");

    private readonly Option<string?> _report = new("--report")
    {
        Description = "Also write the result to this file, as the JSON of --json.",
        HelpName = "file",
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
            { _shape, _precision, _numerics, _prompt, _output, _batch, _shared, _group, _threads, _instructions, _device, _report })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What a command line asks for.</summary>
    /// <exception cref="UsageException">A value is wrong; the message says which and what is expected.</exception>
    /// <exception cref="BatchLLMException">The shape's config.json cannot be read.</exception>
    public BenchRequest Read(ParseResult parsed)
    {
        var shape = parsed.GetValue(_shape)!;
        var config = Config(shape);
        var precision = Precision(parsed.GetValue(_precision)!);
        return new BenchRequest(
            shape,
            config,
            precision,
            parsed.GetValue(_numerics) is { } numerics ? Numerics(numerics, precision) : null,
            AtLeastOne("--threads", parsed.GetValue(_threads)),
            parsed.GetValue(_instructions) is { } instructions ? Instructions(instructions) : null,
            Gpu(DeviceOption.Read(parsed, _device), parsed.GetValue(_instructions)),
            BenchCheck.Combinations(
                CountList.Read("--prompt", parsed.GetValue(_prompt)!),
                CountList.Read("--output", parsed.GetValue(_output)!),
                CountList.Read("--batch", parsed.GetValue(_batch)!),
                parsed.GetValue(_shared),
                parsed.GetValue(_group),
                config.ContextLength),
            parsed.GetValue(_report) is { } report ? ReportPath(report) : null);
    }

    private static Option<string> Counts(string name, string description, string counts) => new(name)
    {
        Description = $"{description} One or more counts, separated by commas; each is combined with each of the others.",
        HelpName = "counts",
        DefaultValueFactory = _ => counts,
    };

    private static LlamaConfig Config(string shape) => LlamaShapes.TryFind(shape, out var config)
        ? config
        : File.Exists(shape)
            ? LlamaConfigFile.Read(shape)
            : throw new UsageException(
                $"--shape {shape}: expected one of {string.Join(", ", LlamaShapes.Names)}, or the path of a config.json; there is no such file.");

    private static SyntheticPrecision Precision(string name) => SyntheticPrecisions.TryParse(name, out var precision)
        ? precision.Value
        : throw new UsageException($"--precision {name}: expected one of {string.Join(", ", SyntheticPrecisions.Names)}.");

    private static Numerics Numerics(string name, SyntheticPrecision precision)
    {
        var supported = precision.Scheme().Supported;
        return NumericsNames.Parse(name) is { } numerics && supported.Contains(numerics)
            ? numerics
            : throw new UsageException(
                $"--numerics {name}: {precision.Name()} computes {string.Join(" or ", supported.Select(NumericsNames.Name))}; choose one of those.");
    }

    private static InstructionSet Instructions(string name) => InstructionSets.TryParse(name, out var set)
        ? set
        : throw new UsageException(
            $"--instructions {name}: this machine has {string.Join(", ", InstructionSets.FoundNames)}; choose one of those.");

    private static int? Gpu(string? device, string? instructions)
    {
        var gpu = device is null ? null : DeviceNames.GpuOf(device);
        return gpu is null || instructions is null
            ? gpu
            : throw new UsageException($"--instructions {instructions} is the CPU's; leave it out, or run with --device cpu.");
    }

    private static int AtLeastOne(string option, int count) =>
        count >= 1 ? count : throw new UsageException($"{option} {count}: expected 1 or more.");

    // Looked at before the run: a report that cannot be written would be known only after minutes.
    private static string ReportPath(string path) => Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))
        ? path
        : throw new UsageException($"--report {path}: there is no such directory; create it first.");
}
