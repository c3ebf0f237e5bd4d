using System.Text.Json;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Quantization;

namespace BatchLLM.Checkpoints;

/// <summary>
/// One pass over a model directory that finds everything it holds and everything that is wrong with it. Opening stops at
/// its problems; inspecting lists them.
/// </summary>
internal sealed class ModelReading
{
    private Dictionary<string, LinearWeight> _linears = new(StringComparer.Ordinal);

    private ModelReading(string path) => Path = path;

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>The configuration; null if config.json could not be read at all.</summary>
    public LlamaConfig? Config { get; private set; }

    /// <summary>Tensors of all readable files.</summary>
    public TensorSet Tensors { get; } = new();

    /// <summary>The declared quantization.</summary>
    public QuantizationConfig Quantization { get; private set; } = QuantizationConfig.None;

    /// <summary>The linear layers that are sound, by module name.</summary>
    public IReadOnlyDictionary<string, LinearWeight> Linears => _linears;

    /// <summary>Scales of the KV cache. // [layers]</summary>
    public KvScales[] KvScales { get; private set; } = [];

    /// <summary>Ids that end a completion.</summary>
    public IReadOnlyList<int> StopTokenIds { get; private set; } = [];

    /// <summary>What keeps the model from running, one sentence each.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>What is unusual but harmless, one sentence each.</summary>
    public List<string> Notices { get; } = [];

    /// <summary>All tensors as they count in an inspection.</summary>
    public IEnumerable<StoredPart> Parts() => Tensors.Tensors.Values.Select(StoredPart.Of);

    /// <summary>Reads the directory. The caller disposes the tensors.</summary>
    public static ModelReading Of(string path)
    {
        var reading = new ModelReading(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(reading.Path))
        {
            reading.Problems.Add($"{path}: there is no such directory; expected a model directory with config.json and " +
                "model.safetensors. Check the path.");
            return reading;
        }

        reading.ReadConfig();
        var configIsSound = reading.Problems.Count == 0;
        reading.ReadStops();
        reading.OpenFiles();

        // Tensors held against a configuration that is wrong itself would bury its one problem under hundreds.
        if (reading.Config is { } config && configIsSound)
        {
            reading.ResolveTensors(config);
        }

        return reading;
    }

    private void ResolveTensors(LlamaConfig config)
    {
        var tensors = Tensors.Tensors;
        _linears = new TensorChecks(config, tensors, Problems, Notices).Check(Quantization);
        KvScales = Quantization.Kv == KvPrecision.Fp8
            ? KvScaleReader.Read(config.LayerCount, tensors, Problems, Notices)
            : [.. Enumerable.Repeat(new KvScales(1, 1), config.LayerCount)];
        if (config.TiesEmbeddings && tensors.TryGetValue(LlamaTensors.Embedding, out var embedding))
        {
            _linears[LlamaTensors.HeadModule] = LinearResolver.Plain(
                LlamaTensors.HeadModule, embedding, config.VocabularySize, config.HiddenSize);
        }
    }

    private void ReadConfig()
    {
        if (ReadJson("config.json", required: true) is not { } json)
        {
            return;
        }

        using (json)
        using (var quantFile = ReadJson("hf_quant_config.json", required: false))
        {
            var fields = new JsonFields(json.RootElement, "config.json", Problems);
            Config = LlamaConfigReader.Read(fields);
            Quantization = QuantizationReader.Read(
                fields,
                quantFile is null ? null : new JsonFields(quantFile.RootElement, "hf_quant_config.json", Problems),
                Notices);
        }
    }

    private void ReadStops()
    {
        var stops = new SortedSet<int>(Config?.StopTokenIds ?? []);
        if (ReadJson("generation_config.json", required: false) is { } json)
        {
            using (json)
            {
                stops.UnionWith(new JsonFields(json.RootElement, "generation_config.json", Problems).Ids("eos_token_id"));
            }
        }

        StopTokenIds = [.. stops];
        foreach (var id in stops.Where(id => id >= Config?.VocabularySize))
        {
            Problems.Add($"eos_token_id {id} is outside the vocabulary of {Config?.VocabularySize}; " +
                "config.json and generation_config.json must be those of this model.");
        }
    }

    private void OpenFiles()
    {
        var index = Resolve(SafetensorsIndex.FileName);
        var single = Resolve("model.safetensors");
        if (File.Exists(index))
        {
            OpenShards(File.ReadAllBytes(index));
        }
        else if (File.Exists(single))
        {
            Tensors.Add(single, Problems);
        }
        else
        {
            Problems.Add(Directory.EnumerateFiles(Path, "*.onnx").Any()
                ? $"{Path}: this is an ONNX checkpoint, which is not supported yet; use the safetensors checkpoint of this model."
                : $"{Path}: neither model.safetensors nor {SafetensorsIndex.FileName} is there; download the model's weights.");
        }
    }

    private void OpenShards(byte[] index)
    {
        var map = SafetensorsIndex.Parse(index, Problems);
        foreach (var file in map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            Tensors.Add(Resolve(file), Problems);
        }

        foreach (var (name, file) in map)
        {
            if (Tensors.Tensors.TryGetValue(name, out var tensor) && tensor.FileName != file)
            {
                Problems.Add($"{SafetensorsIndex.FileName}: tensor '{name}' is said to be in {file} and stands in " +
                    $"{tensor.FileName}; download index and shards of one export.");
            }
        }
    }

    private JsonDocument? ReadJson(string name, bool required)
    {
        var path = Resolve(name);
        if (!File.Exists(path))
        {
            if (required)
            {
                Problems.Add($"{name}: the file is missing from {Path}; expected a model directory as its publisher wrote it. " +
                    "Download the file again.");
            }

            return null;
        }

        try
        {
            var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            Problems.Add($"{name}: the file is not a JSON object; download it again.");
        }
        catch (JsonException e)
        {
            Problems.Add($"{name}: the file is not valid JSON ({e.Message}); download it again.");
        }

        return null;
    }

    private string Resolve(string name) => System.IO.Path.Combine(Path, name);
}
