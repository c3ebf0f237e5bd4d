using BatchLLM.Checkpoints;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Planning;
using BatchLLM.Prompts.Templates;
using BatchLLM.Tokens;

namespace BatchLLM.Host.Jobs;

/// <summary>
/// A model directory of which only the tokenizer, the chat template and the context length are read: all that an echo takes.
/// Weights, and config.json, need not be there.
/// </summary>
internal sealed class EchoModel : IJobModel
{
    private readonly ChatTemplateSource _source;

    private EchoModel(string path, int contextLength)
    {
        Digest = "echo-" + ModelDirectory.DigestWithoutWeights(path);
        ContextLength = contextLength;
        Tokenizer = TokenizerFiles.Open(path);
        _source = ChatTemplateFiles.Read(path);
        Template = _source.Template is { } source ? ChatTemplate.Parse(source) : null;
    }

    /// <inheritdoc/>
    public string Digest { get; }

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <inheritdoc/>
    public ITokenizer Tokenizer { get; }

    /// <inheritdoc/>
    public ChatTemplate? Template { get; }

    /// <summary>Opens a model directory; without a config.json, prompts may have any length that a job can ask for.</summary>
    /// <exception cref="BatchLLMException">The tokenizer is missing, or a file is wrong.</exception>
    public static EchoModel Open(string path)
    {
        var config = Path.Combine(path, "config.json");
        return new EchoModel(
            path, File.Exists(config) ? LlamaConfigFile.ReadContextLength(config) : SamplingLimits.MaxTokensCeiling);
    }

    /// <inheritdoc/>
    public ChatTemplateContext TemplateContextAt(DateTimeOffset time) => _source.ContextAt(time);

    /// <inheritdoc/>
    /// <remarks>Numerics and KV cache stay as the job has them: nothing is computed.</remarks>
    public JobSpec InForce(JobSpec spec) => spec;

    /// <inheritdoc/>
    public RunnerLimits LimitsOf(JobSpec spec) => EchoEngine.LimitsOf(Tokenizer, ContextLength);

    /// <inheritdoc/>
    public IBatchEngine OpenEngine(JobSpec spec, OutputLengths lengths, BusyTime busy) =>
        new EchoEngine(Tokenizer, ContextLength);

    /// <inheritdoc/>
    public void Dispose()
    {
        // No file stays open.
    }
}
