using System.Security.Cryptography;
using System.Text;
using BatchLLM.Checkpoints.Onnx.Proto;
using Google.Protobuf;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>
/// A decoder in the layout of onnxruntime-genai: genai_config.json, model.onnx and the files of its external data. The graph
/// is read for its weights; it is not run.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly string _path;
    private readonly OnnxDataFiles _files;
    private readonly IReadOnlyCollection<OnnxInitializer> _constants;

    private OnnxModel(string path, OnnxDataFiles files, IReadOnlyCollection<OnnxInitializer> constants, OnnxParts parts)
    {
        _path = path;
        _files = files;
        _constants = constants;
        Parts = parts;
    }

    /// <summary>What the graph holds.</summary>
    public OnnxParts Parts { get; }

    /// <summary>True if a folder holds this layout rather than safetensors.</summary>
    public static bool IsIn(string directory) => File.Exists(Path.Combine(directory, GenaiConfigReader.FileName))
        || (Directory.EnumerateFiles(directory, "*.onnx").Any() && !Directory.EnumerateFiles(directory, "*.safetensors").Any());

    /// <summary>Opens a folder and checks all of it.</summary>
    /// <param name="directory">The folder, which must be there.</param>
    /// <param name="problems">Receives one sentence for each fault.</param>
    /// <returns>
    /// The model; null, with a problem, if its configuration or its graph cannot be followed. Parts that are faulty by
    /// themselves are left out of it, and are problems too.
    /// </returns>
    public static OnnxModel? Open(string directory, ICollection<string> problems)
    {
        if (GenaiConfigReader.Read(directory, problems) is not { } config)
        {
            return null;
        }

        var files = new OnnxDataFiles(directory);
        var model = Read(directory, config, files, problems);
        if (model is null)
        {
            files.Dispose();
        }

        return model;
    }

    /// <summary>
    /// Adds what tells this model from another: the graph whole, and of each data file its name, its size and a piece from
    /// the middle of each tensor in it.
    /// </summary>
    public void AppendTo(IncrementalHash hash)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(_path) + "\n"));
        using (var graph = File.OpenRead(_path))
        {
            hash.AppendData(SHA256.HashData(graph));
        }

        foreach (var (location, file) in _files.Files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{location}\n{file.Length}\n")));
        }

        Span<byte> piece = stackalloc byte[256];
        foreach (var data in _constants.Select(c => c.Data).OrderBy(d => d.Name, StringComparer.Ordinal))
        {
            var length = (int)Math.Min(piece.Length, data.ByteCount);
            data.ReadBytes((data.ByteCount - length) / 2, piece[..length]);
            hash.AppendData(piece[..length]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();

    private static OnnxModel? Read(string directory, GenaiConfig config, OnnxDataFiles files, ICollection<string> problems)
    {
        var path = Path.Combine(directory, config.FileName);
        if (!File.Exists(path))
        {
            problems.Add($"{config.FileName}: the file is missing from {directory}; {GenaiConfigReader.FileName} names it. Download it again.");
            return null;
        }

        try
        {
            using var stream = File.OpenRead(path);
            var proto = ModelProto.Parser.ParseFrom(stream);
            var reader = new OnnxInitializerReader(config.FileName, files);
            var graph = new OnnxGraph(config.FileName, proto.Graph ?? new GraphProto(), reader);
            var parts = OnnxParts.Read(graph, config, problems);
            return new OnnxModel(path, files, graph.ReadConstants, parts);
        }
        catch (OnnxRefusal e)
        {
            problems.Add(e.Message);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or IOException or UnauthorizedAccessException)
        {
            problems.Add($"{config.FileName}: the file cannot be read as an ONNX model ({e.Message}); download it again.");
        }

        return null;
    }
}
