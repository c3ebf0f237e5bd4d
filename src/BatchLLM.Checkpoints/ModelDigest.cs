using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using BatchLLM.Checkpoints.Onnx;

namespace BatchLLM.Checkpoints;

/// <summary>
/// Identity of a model without reading all of it: small files whole, and of each weight file its name, size, header and a
/// piece from the middle of each tensor.
/// </summary>
/// <remarks>
/// Headers alone would not do: a fine-tuned model has the headers of its base. Hashing all of 400 GB would take minutes at
/// every start. The pieces cost one disk page per tensor and tell two trainings apart, not one flipped bit.
/// </remarks>
internal static class ModelDigest
{
    private const int PieceBytes = 256;

    /// <summary>Where a model keeps its tokenizer, in order of preference.</summary>
    public static IReadOnlyList<string> TokenizerFiles { get; } =
        ["tokenizer.json", "tokenizer.model", Path.Combine("original", "tokenizer.model")];

    private static readonly string[] SmallFiles =
    [
        "chat_template.jinja", "config.json", "genai_config.json", "generation_config.json", "hf_quant_config.json",
        "model.safetensors.index.json",
        "special_tokens_map.json", .. TokenizerFiles, "tokenizer_config.json",
    ];

    /// <summary>Computes the digest in lower-case hexadecimal.</summary>
    public static string Compute(string directory, TensorSet tensors, OnnxModel? onnx)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendSmallFiles(hash, directory);
        foreach (var file in tensors.Files.OrderBy(f => Path.GetFileName(f.Path), StringComparer.Ordinal))
        {
            Append(hash, Path.GetFileName(file.Path), file.Header);
            AppendLength(hash, new FileInfo(file.Path).Length);
            AppendPieces(hash, file);
        }

        onnx?.AppendTo(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Computes the digest of the small files alone, in lower-case hexadecimal.</summary>
    public static string ComputeWithoutWeights(string directory)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendSmallFiles(hash, directory);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendSmallFiles(IncrementalHash hash, string directory)
    {
        foreach (var name in SmallFiles)
        {
            var path = Path.Combine(directory, name);
            if (File.Exists(path))
            {
                Append(hash, name, File.ReadAllBytes(path));
            }
        }
    }

    private static void AppendPieces(IncrementalHash hash, SafetensorsFile file)
    {
        Span<byte> piece = stackalloc byte[PieceBytes];
        foreach (var entry in file.Entries.OrderBy(e => e.Offset))
        {
            var length = (int)Math.Min(PieceBytes, entry.ByteCount);
            file.Read(entry.Offset + (entry.ByteCount - length) / 2, piece[..length]);
            hash.AppendData(piece[..length]);
        }
    }

    // Each part is preceded by its length, so that no two different lists of parts give the same bytes.
    private static void Append(IncrementalHash hash, string name, byte[] content)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        AppendLength(hash, bytes.Length);
        hash.AppendData(bytes);
        AppendLength(hash, content.Length);
        hash.AppendData(content);
    }

    private static void AppendLength(IncrementalHash hash, long length)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        hash.AppendData(bytes);
    }
}
