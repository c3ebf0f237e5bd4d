using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;

namespace BatchLLM.Host.Inspection;

/// <summary>Reads a Parquet file's footer.</summary>
internal static class ParquetInspector
{
    /// <exception cref="BatchLLMException">It is no Parquet file, or a damaged one.</exception>
    public static async Task<DataFileInspection> InspectAsync(
        IBlobSource blobs, BlobInfo file, CancellationToken cancellationToken)
    {
        await using var stream = await blobs.OpenReadAsync(file.Uri, cancellationToken);
        try
        {
            var reader = await ParquetReader.OpenAsync(stream, file.Uri, cancellationToken);
            return new DataFileInspection(
                file.Uri,
                "parquet",
                file.Length,
                reader.RowCount,
                0,
                [.. reader.Schema.Fields.Select(Column)],
                reader.RowGroups.Count,
                reader.CreatedBy);
        }
        catch (ParquetException exception)
        {
            throw new BatchLLMException(exception.Message, innerException: exception);
        }
    }

    private static DataColumn Column(ParquetField field)
    {
        var optional = field.IsOptional ? ", optional" : "";
        var type = field.Column is { Type: var stored }
            ? $"{stored.Physical} ({stored.Kind}{optional})"
            : $"{field}{optional}";
        return new DataColumn(field.Name, type, field.Refusal is { } refusal ? $"not readable: {refusal}" : null);
    }
}
