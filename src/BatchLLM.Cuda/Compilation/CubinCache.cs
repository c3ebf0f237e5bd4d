using System.Security.Cryptography;

namespace BatchLLM.Cuda.Compilation;

/// <summary>
/// Compiled kernels on disk. A file is the code behind its own SHA-256, so that one cut short or damaged is told from a good one;
/// it appears under its name whole or not at all.
/// </summary>
/// <param name="directory">The user's; made when something is kept.</param>
/// <param name="shipped">A directory that came with the program, only read; null for none.</param>
internal sealed class CubinCache(string directory, string? shipped)
{
    /// <summary>Finds code that a compiler made here, or that came with the program whatever made it.</summary>
    /// <param name="key">What it was kept under.</param>
    /// <param name="compiler">Version of the compiler that would make it anew; null where there is none, so that any will do.</param>
    /// <returns>Null if there is none, or none that is whole.</returns>
    public byte[]? Find(CubinKey key, string? compiler) => ReadAny(directory, key.FileName(compiler ?? "*"))
        ?? (shipped is null ? null : ReadAny(shipped, key.FileName("*")));

    /// <summary>Keeps code. A directory that cannot be written to is no fault: the next run compiles again.</summary>
    /// <param name="key">What to keep it under.</param>
    /// <param name="compiler">Version of the compiler that made it.</param>
    /// <param name="code">A cubin.</param>
    public void Keep(CubinKey key, string compiler, byte[] code)
    {
        var path = Path.Combine(directory, key.FileName(compiler));
        var draft = $"{path}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}.tmp";
        try
        {
            Directory.CreateDirectory(directory);
            File.WriteAllBytes(draft, [.. SHA256.HashData(code), .. code]);
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(draft);
        }
    }

    private static byte[]? ReadAny(string directory, string pattern) => !Directory.Exists(directory) ? null
        : Directory.EnumerateFiles(directory, pattern).Order(StringComparer.Ordinal).Select(Read).FirstOrDefault(code => code is not null);

    private static byte[]? Read(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            return bytes.Length > SHA256.HashSizeInBytes
                && SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes))
                ? bytes[SHA256.HashSizeInBytes..]
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What could not be written can often not be removed either; the next run writes another name.
        }
    }
}
