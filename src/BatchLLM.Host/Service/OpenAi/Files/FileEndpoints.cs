using System.ComponentModel;
using System.Globalization;
using BatchLLM.Access;
using BatchLLM.Batches;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Service.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.OpenAi.Files;

/// <summary><c>/v1/files</c>.</summary>
internal static class FileEndpoints
{
    private const int MostFiles = 10_000;

    public static void Map(IEndpointRouteBuilder files)
    {
        // An upload takes as long as it takes; a client that is too slow is cut off by the server's own rule.
        files.MapPost("", UploadAsync).Describe("uploadFile", "Hands a file in, as multipart/form-data with file and purpose.")
            .For(AccessRole.Submit)
            .Accepts<object>("multipart/form-data")
            .Produces<FileView>()
            .Produces<ErrorEnvelope.Envelope>(StatusCodes.Status413PayloadTooLarge)
            .Produces<ErrorEnvelope.Envelope>(StatusCodes.Status507InsufficientStorage)
            .DisableRequestTimeout();
        files.MapGet("", ListAsync).Describe("listFiles", "The files, a page at a time.").Produces<Page<FileView>>();
        files.MapGet("/{id}", GetAsync).Describe("getFile", "One file.").Produces<FileView>();
        files.MapDelete("/{id}", DeleteAsync).Describe("deleteFile", "Deletes a file, unless a batch that is not over reads it.")
            .For(AccessRole.Submit)
            .Produces<Deleted>()
            .Produces<ErrorEnvelope.Envelope>(StatusCodes.Status409Conflict);
        files.MapGet("/{id}/content", ContentAsync).Describe("downloadFile", "A file's bytes.")
            .Produces<string>(StatusCodes.Status200OK, "application/octet-stream")
            .Produces<ErrorEnvelope.Envelope>(StatusCodes.Status410Gone)
            .DisableRequestTimeout();
    }

    private static async Task<IResult> UploadAsync(
        HttpContext context, UploadReader reader, OpenAiPlaces places, IFileStore files, CancellationToken cancellationToken)
    {
        var id = OpenAiIds.NewFile();
        var uri = places.Input(id);
        try
        {
            var upload = await reader.ReadAsync(context, uri, cancellationToken);
            var file = new NewFile(id, Callers.Of(context).Tenant, FilePurpose.Batch, upload.Name!, uri, upload.Content!)
            {
                Lifetime = upload.Lifetime,
            };
            return OpenAiJson.Of(FileView.Of(await files.AddAsync(file, cancellationToken)));
        }
        catch (UploadException e)
        {
            return OpenAiProblems.Of(e.Status, e.Message, e.Param);
        }
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        IFileStore files,
        [Description("Only files for this purpose.")] string? purpose = null,
        [Description("Files on a page: 1 to 10000.")] int limit = MostFiles,
        [Description("asc for the oldest first, desc for the newest.")] string order = "desc",
        [Description("Only files that follow this one: the last_id of the page before.")] string? after = null,
        CancellationToken cancellationToken = default)
    {
        if (limit is < 1 or > MostFiles)
        {
            return OpenAiProblems.Invalid(
                "limit", string.Create(CultureInfo.InvariantCulture, $"limit is {limit}; expected 1 to {MostFiles}."));
        }

        if (order is not ("asc" or "desc"))
        {
            return OpenAiProblems.Invalid("order", "order is neither asc nor desc.");
        }

        var wanted = purpose is null ? null : FilePurposes.Find(purpose);
        var filter = new FileFilter
        {
            Tenant = Callers.Of(context).Sees,
            Purpose = wanted,
            After = after,
            OldestFirst = order == "asc",
        };
        var isForOthers = purpose is not null && wanted is null; // a purpose of the API that no file here has
        var found = isForOthers ? []
            : after is not null && !OpenAiIds.MayBe(after) ? null
            : await files.ListAsync(filter, limit + 1, cancellationToken);
        return found is null
            ? OpenAiProblems.Nothing("file", "after")
            : OpenAiJson.Of(Page<FileView>.Of([.. found.Select(FileView.Of)], limit, file => file.Id));
    }

    private static async Task<IResult> GetAsync(
        HttpContext context, string id, FileLookup lookup, CancellationToken cancellationToken) =>
        await lookup.FindAsync(context, id, cancellationToken) is { } file
            ? OpenAiJson.Of(FileView.Of(file))
            : OpenAiProblems.Nothing("file", "id");

    private static async Task<IResult> DeleteAsync(
        HttpContext context, string id, FileLookup lookup, IFileStore files, CancellationToken cancellationToken)
    {
        var deletion = await lookup.FindAsync(context, id, cancellationToken) is null
            ? FileDeletion.NotThere
            : await files.DeleteAsync(id, cancellationToken);
        return deletion switch
        {
            FileDeletion.Deleted => OpenAiJson.Of(new Deleted(id, "file", IsDeleted: true)),
            FileDeletion.InUse => OpenAiProblems.Of(
                StatusCodes.Status409Conflict, "A batch that is not over reads this file; cancel it or wait for its end.", "id", "file_in_use"),
            _ => OpenAiProblems.Nothing("file", "id"),
        };
    }

    private static async Task<IResult> ContentAsync(
        HttpContext context, string id, FileLookup lookup, CancellationToken cancellationToken)
    {
        if (await lookup.FindAsync(context, id, cancellationToken) is not { } file)
        {
            return OpenAiProblems.Nothing("file", "id");
        }

        var stream = await JobAssembly.Blobs.OpenReadAsync(file.Uri, cancellationToken);
        return TypedResults.Stream(stream, "application/octet-stream", file.Name, enableRangeProcessing: true);
    }

    /// <summary>What is said of a file that was deleted.</summary>
    /// <param name="Id">The file.</param>
    /// <param name="Object">file.</param>
    /// <param name="IsDeleted">True.</param>
    internal sealed record Deleted(
        string Id, string Object, [property: System.Text.Json.Serialization.JsonPropertyName("deleted")] bool IsDeleted);
}
