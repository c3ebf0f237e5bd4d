using BatchLLM.Host.Jobs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace BatchLLM.Host.Service.OpenAi.Files;

/// <summary>
/// Reads a form with a file (RFC 7578) as it comes, the file to its blob: nothing of it is kept in memory. Parts come in any
/// order, so the file is written before it is known whether the form is good; if it is not, the blob goes again.
/// </summary>
/// <param name="settings">How large a file may be.</param>
internal sealed class UploadReader(OpenAiSettings settings)
{
    // Of what is in a form besides the file: borders, headers, a few short fields.
    private const int MostFormBytes = 1 << 16;

    private const int MostFieldBytes = 256;
    private const int LongestBoundary = 70; // RFC 2046, section 5.1.1
    private const int PieceBytes = 1 << 16;

    /// <summary>Reads a request's form.</summary>
    /// <param name="context">The request.</param>
    /// <param name="uri">Where the file goes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="UploadException">The form is wrong, too large, too slow, or breaks off. Nothing is left at the place.</exception>
    /// <exception cref="BatchLLMException">The file cannot be written.</exception>
    public async Task<Upload> ReadAsync(HttpContext context, string uri, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(BoundaryOf(context.Request), context.Request.Body);
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = settings.MostFileBytes + MostFormBytes;
        var upload = new Upload();
        try
        {
            while (await GuardAsync(async () => await reader.ReadNextSectionAsync(cancellationToken)) is { } section)
            {
                await TakeAsync(section, upload, uri, cancellationToken);
            }

            upload.Check();
            return upload;
        }
        catch when (upload.Content is not null)
        {
            await JobAssembly.Blobs.DeleteAsync(uri, CancellationToken.None);
            throw;
        }
    }

    private static string BoundaryOf(HttpRequest request)
    {
        var isForm = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);
        var boundary = isForm ? HeaderUtilities.RemoveQuotes(type!.Boundary).ToString() : "";
        return boundary.Length is > 0 and <= LongestBoundary
            ? boundary
            : throw new UploadException("The body is no form; expected Content-Type: multipart/form-data with a boundary.");
    }

    private async Task TakeAsync(MultipartSection section, Upload upload, string uri, CancellationToken cancellationToken)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
        {
            throw new UploadException("A part of the form has no Content-Disposition that can be read; expected one with a name.");
        }

        var field = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        if (field != "file")
        {
            upload.Take(field, await ReadFieldAsync(section.Body, field, cancellationToken));
            return;
        }

        if (upload.Content is not null)
        {
            throw new UploadException("The form has two files; expected one.", "file");
        }

        var name = FileNames.Clean(NameOf(disposition))
            ?? throw new UploadException("The file has no filename; expected one.", "file");
        var content = await JobAssembly.Blobs.WriteAsync(uri, (target, token) => CopyAsync(section.Body, target, token), cancellationToken);
        upload.Take(name, content);
    }

    private static string NameOf(ContentDispositionHeaderValue disposition) =>
        HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).ToString();

    private async Task CopyAsync(Stream source, Stream target, CancellationToken cancellationToken)
    {
        var buffer = new byte[PieceBytes];
        for (var total = 0L; ;)
        {
            var read = await GuardAsync(async () => await source.ReadAsync(buffer, cancellationToken));
            if (read == 0)
            {
                return;
            }

            total += read;
            if (total > settings.MostFileBytes)
            {
                throw new UploadException(
                    FormattableString.Invariant($"The file has more than {settings.MostFileBytes} bytes, which is the most that this service takes."),
                    "file",
                    StatusCodes.Status413PayloadTooLarge);
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    private static async Task<string> ReadFieldAsync(Stream body, string field, CancellationToken cancellationToken)
    {
        var buffer = new byte[MostFieldBytes + 1];
        var length = await GuardAsync(() => body.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).AsTask());
        return length <= MostFieldBytes
            ? System.Text.Encoding.UTF8.GetString(buffer, 0, length)
            : throw new UploadException(
                FormattableString.Invariant($"A field of the form is longer than {MostFieldBytes} bytes."), FileNames.Clean(field));
    }

    /// <summary>Turns what a bad body makes of reading it into what is said of it.</summary>
    private static async Task<T> GuardAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (BadHttpRequestException e)
        {
            throw new UploadException(e.Message, status: e.StatusCode);
        }
        catch (InvalidDataException)
        {
            throw new UploadException("The form cannot be read: a part's header is too long, or there are too many.");
        }
        catch (IOException)
        {
            throw new UploadException("The form breaks off: its last boundary is missing.");
        }
    }
}
