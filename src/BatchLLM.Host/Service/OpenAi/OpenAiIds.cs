using System.Security.Cryptography;
using System.Text;

namespace BatchLLM.Host.Service.OpenAi;

/// <summary>Names that nobody can guess.</summary>
internal static class OpenAiIds
{
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int Length = 32; // 190 bits
    private const int Longest = 80;

    /// <summary>True for what could be one; anything else need not be looked for, and may hold what no database takes.</summary>
    public static bool MayBe(string id) =>
        id.Length <= Longest && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    /// <summary>For a file that is handed in.</summary>
    public static string NewFile() => $"file-{RandomNumberGenerator.GetString(Letters, Length)}";

    /// <summary>For a batch.</summary>
    public static string NewBatch() => $"batch_{RandomNumberGenerator.GetString(Letters, Length)}";

    /// <summary>
    /// For a file that a batch ends with. Always the same, so that writing it again after a crash makes no second one; who could
    /// work it out knows the batch's own name.
    /// </summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="kind">Which of its files.</param>
    public static string FileOf(string batchId, string kind) =>
        $"file-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{batchId}/{kind}")))[..Length]}";
}
