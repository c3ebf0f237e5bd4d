using System.IO.Compression;

namespace BatchLLM.Tests.Blobs.Compression;

/// <summary>Texts as they lie compressed in files.</summary>
internal static class CompressedTexts
{
    public const string GzipUri = "memory:/rows.jsonl.gz";
    public const string ZstandardUri = "memory:/rows.jsonl.zst";

    /// <summary>One member or frame.</summary>
    public static byte[] Compress(string uri, byte[] content) =>
        uri == GzipUri ? Gzip(content) : ZstandardFrames.Encode(content);

    /// <summary>Several members or frames, cut anywhere, some of them empty.</summary>
    public static byte[] CompressInPieces(string uri, byte[] content, Random random)
    {
        int[] cuts = [0, .. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(content.Length + 1)).Order(), content.Length];
        return [.. cuts.Zip(cuts.Skip(1)).SelectMany(cut => Compress(uri, content[cut.First..cut.Second]))];
    }

    public static byte[] Gzip(byte[] content)
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
            gzip.Flush(); // An empty member is a member too.
        }

        return file.ToArray();
    }
}
