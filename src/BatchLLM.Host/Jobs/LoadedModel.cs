using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Inference;
using BatchLLM.Planning;
using BatchLLM.Prompts.Templates;
using BatchLLM.Tokens;

namespace BatchLLM.Host.Jobs;

/// <summary>A model directory opened for a job: weights mapped, tokenizer and chat template read.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly ModelDirectory _directory;
    private readonly ChatTemplateContext _templateContext;

    private LoadedModel(ModelDirectory directory, ITokenizer tokenizer, ChatTemplateSource template)
    {
        _directory = directory;
        Tokenizer = tokenizer;
        _templateContext = new ChatTemplateContext { BosToken = template.BosToken, EosToken = template.EosToken };
        Template = template.Template is { } source ? ChatTemplate.Parse(source) : null;
    }

    /// <summary>Tells this model from another.</summary>
    public string Digest => _directory.Digest;

    /// <summary>What the checkpoint declares about its quantization.</summary>
    public QuantizationScheme Quantization => _directory.Quantization;

    /// <summary>Most positions of prompt and completion together.</summary>
    public int ContextLength => _directory.Config.ContextLength;

    /// <summary>Logits per position.</summary>
    public int VocabularySize => _directory.Config.VocabularySize;

    /// <summary>Ids that end a completion.</summary>
    public IReadOnlyList<int> StopTokenIds => _directory.StopTokenIds;

    /// <summary>The model's directory.</summary>
    public string Path => _directory.Path;

    /// <summary>Text to ids.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Messages to text; null if the model has none.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>What the template knows besides the messages, for prompts of a time, which it sees in UTC.</summary>
    public ChatTemplateContext TemplateContextAt(DateTimeOffset time) => _templateContext with { Now = time.UtcDateTime };

    /// <summary>Opens a model directory.</summary>
    /// <exception cref="BatchLLMException">A file is missing or wrong.</exception>
    public static LoadedModel Open(string path)
    {
        var directory = ModelDirectory.Open(path);
        try
        {
            return new LoadedModel(directory, TokenizerFiles.Open(directory.Path), ChatTemplateFiles.Read(directory.Path));
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Reads the weights and starts an engine on the CPU.</summary>
    public IBatchEngine OpenCpuEngine(ComputeChoice choice) =>
        new LocalBatchEngine(OpenCpuRunner(choice), Tokenizer, StopTokenIds.ToHashSet(), lengths: new OutputLengths());

    /// <summary>Reads the weights for the CPU.</summary>
    public CpuModelRunner OpenCpuRunner(ComputeChoice choice) => new(
        _directory, new CpuModelRunnerOptions(Environment.ProcessorCount, Numerics: choice.Numerics, Kv: choice.Kv));

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();
}
