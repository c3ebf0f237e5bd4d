using BatchLLM.Checkpoints;
using BatchLLM.Cuda;
using BatchLLM.Cuda.Devices;
using BatchLLM.Engine;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Planning;
using BatchLLM.Prompts.Templates;
using BatchLLM.Tokens;

namespace BatchLLM.Host.Jobs;

/// <summary>A model directory opened for a job: weights mapped, tokenizer and chat template read.</summary>
internal sealed class LoadedModel : IJobModel
{
    private readonly ModelDirectory _directory;
    private readonly ChatTemplateSource _source;
    private readonly CudaDevice? _gpu; // null for the CPU
    private (ComputeChoice Choice, IModelRunner Runner)? _kept;

    private LoadedModel(ModelDirectory directory, ITokenizer tokenizer, ChatTemplateSource template, CudaDevice? gpu)
    {
        (_directory, _gpu) = (directory, gpu);
        Tokenizer = tokenizer;
        _source = template;
        Template = template.Template is { } source ? ChatTemplate.Parse(source) : null;
    }

    /// <inheritdoc/>
    public string Digest => _directory.Digest;

    /// <summary>What the checkpoint declares about its quantization.</summary>
    public QuantizationScheme Quantization => _directory.Quantization;

    /// <inheritdoc/>
    public int ContextLength => _directory.Config.ContextLength;

    /// <summary>Logits per position.</summary>
    public int VocabularySize => _directory.Config.VocabularySize;

    /// <summary>Ids that end a completion.</summary>
    public IReadOnlyList<int> StopTokenIds => _directory.StopTokenIds;

    /// <summary>The model's directory.</summary>
    public string Path => _directory.Path;

    /// <inheritdoc/>
    public ITokenizer Tokenizer { get; }

    /// <inheritdoc/>
    public ChatTemplate? Template { get; }

    /// <inheritdoc/>
    public ChatTemplateContext TemplateContextAt(DateTimeOffset time) => _source.ContextAt(time);

    /// <inheritdoc/>
    public JobSpec InForce(JobSpec spec) => ComputeChoice.InForce(spec, Quantization, _gpu?.Properties);

    /// <summary>Opens a model directory, and takes the GPU that will run it: a job learns at once that there is none.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="gpu">Number of the GPU; null for the CPU.</param>
    /// <exception cref="BatchLLMException">A file is missing or wrong, or the GPU cannot be used.</exception>
    public static LoadedModel Open(string path, int? gpu = null)
    {
        var directory = ModelDirectory.Open(path);
        try
        {
            var (tokenizer, template) = (TokenizerFiles.Open(directory.Path), ChatTemplateFiles.Read(directory.Path));
            return new LoadedModel(directory, tokenizer, template, gpu is { } ordinal ? Gpu.Open(ordinal) : null);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Reads the weights, unless the last engine computed with them in the same way: job after job of one model needs them.
    /// One engine at a time.
    /// </remarks>
    public IBatchEngine OpenEngine(JobSpec spec, OutputLengths lengths, BusyTime busy) => new LocalBatchEngine(
        new BusyRunner(new LentRunner(KeepRunner(ComputeChoice.Of(spec))), busy),
        Tokenizer, StopTokenIds.ToHashSet(), lengths: lengths);

    /// <summary>Reads the weights for the CPU.</summary>
    public CpuModelRunner OpenCpuRunner(ComputeChoice choice) => new(_directory, OptionsOf(choice));

    /// <summary>Reads the weights for the device that the model was opened for.</summary>
    public IModelRunner OpenRunner(ComputeChoice choice) =>
        _gpu is null ? OpenCpuRunner(choice) : new CudaModelRunner(_gpu, _directory, GpuOptionsOf(choice));

    /// <inheritdoc/>
    public RunnerLimits LimitsOf(JobSpec spec) => _gpu is null
        ? CpuModelRunner.LimitsOf(_directory, OptionsOf(ComputeChoice.Of(spec)))
        : CudaModelRunner.LimitsOf(_gpu, _directory, GpuOptionsOf(ComputeChoice.Of(spec)));

    /// <summary>What the model takes of the GPU's memory, with the GPU's name; null for the CPU.</summary>
    /// <exception cref="BatchLLMException">The GPU does not compute the model.</exception>
    public (string Name, GpuMemoryPlan Memory)? GpuMemory(ComputeChoice choice) =>
        _gpu is null ? null : (_gpu.Properties.Name, CudaModelRunner.PlanOf(_gpu, _directory, GpuOptionsOf(choice)).Memory);

    private IModelRunner KeepRunner(ComputeChoice choice)
    {
        if (_kept?.Choice != choice)
        {
            DropRunner();
            _kept = (choice, OpenRunner(choice));
        }

        return _kept.Value.Runner;
    }

    private void DropRunner()
    {
        _kept?.Runner.Dispose();
        _kept = null;
    }

    private static CpuModelRunnerOptions OptionsOf(ComputeChoice choice) =>
        new(Environment.ProcessorCount, Numerics: choice.Numerics, Kv: choice.Kv);

    private static CudaModelRunnerOptions GpuOptionsOf(ComputeChoice choice) => new(Numerics: choice.Numerics, Kv: choice.Kv);

    /// <inheritdoc/>
    public void Dispose()
    {
        DropRunner();
        _gpu?.Dispose();
        _directory.Dispose();
    }
}
