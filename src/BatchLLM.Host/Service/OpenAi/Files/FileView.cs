using BatchLLM.Batches;

namespace BatchLLM.Host.Service.OpenAi.Files;

/// <summary>A file (OpenAI API reference, "The file object").</summary>
/// <param name="Id">Its name here.</param>
/// <param name="Object">file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="CreatedAt">When it was kept, Unix seconds.</param>
/// <param name="ExpiresAt">When it goes by itself, Unix seconds; null for never.</param>
/// <param name="Filename">What its owner calls it.</param>
/// <param name="Purpose">batch or batch_output.</param>
/// <param name="Status">processed: it can be used. Deprecated, and read by clients all the same.</param>
internal sealed record FileView(
    string Id, string Object, long Bytes, long CreatedAt, long? ExpiresAt, string Filename, string Purpose, string Status)
{
    /// <summary>Shows a file.</summary>
    public static FileView Of(StoredFile file) => new(
        file.Id,
        "file",
        file.Content.Length,
        file.CreatedAt.ToUnixTimeSeconds(),
        file.ExpiresAt?.ToUnixTimeSeconds(),
        file.Name,
        file.Purpose == FilePurpose.Batch ? FilePurposes.Batch : FilePurposes.BatchOutput,
        "processed");
}
