using System.ComponentModel;
using System.Globalization;
using System.Security.Cryptography;
using BatchLLM.Access;
using BatchLLM.Batches;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.OpenAi.Batches;

/// <summary><c>/v1/batches</c>.</summary>
internal static class BatchEndpoints
{
    private const int MostBatches = 100;

    public static void Map(IEndpointRouteBuilder batches)
    {
        batches.MapPost("", CreateAsync).Describe("createBatch", "Makes a batch of an uploaded file; its input is looked at afterwards.")
            .For(AccessRole.Submit)
            .Accepts<object>("application/json")
            .Produces<BatchView>()
            .Produces<ErrorEnvelope.Envelope>(StatusCodes.Status422UnprocessableEntity);
        batches.MapGet("", ListAsync).Describe("listBatches", "The batches, newest first, a page at a time.").Produces<Page<BatchView>>();
        batches.MapGet("/{id}", GetAsync).Describe("getBatch", "One batch: its status, counts and files.").Produces<BatchView>();
        batches.MapPost("/{id}/cancel", CancelAsync).Describe("cancelBatch", "Stops a batch; what is finished is in its files.")
            .For(AccessRole.Submit)
            .Produces<BatchView>()
            .Produces<ErrorEnvelope.Envelope>(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context,
        IBatchStore batches,
        [FromHeader(Name = IdempotencyHeader.Name)]
        [Description("The request's own: 1 to 255 printable ASCII characters. Sent again with it, it gives the same batch.")]
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default)
    {
        if (idempotencyKey is not null && IdempotencyHeader.Read(idempotencyKey) is null)
        {
            return OpenAiProblems.Invalid(IdempotencyHeader.Name, IdempotencyHeader.Problem);
        }

        var body = await RequestBody.ReadAsync(context.Request, cancellationToken);
        var (asked, fault) = BatchRequest.Read(body, OpenAiIds.NewBatch(), Callers.Of(context).Tenant);
        return asked is null
            ? OpenAiProblems.Of(StatusCodes.Status400BadRequest, fault!.Message, fault.Param, "invalid_value")
            : await MakeAsync(batches, asked with { Idempotency = KeyOf(idempotencyKey, body) }, cancellationToken);
    }

    private static async Task<IResult> MakeAsync(IBatchStore batches, NewBatch asked, CancellationToken cancellationToken)
    {
        if (!OpenAiIds.MayBe(asked.InputFileId) || await batches.CreateAsync(asked, cancellationToken) is not { } batch)
        {
            return OpenAiProblems.Of(
                StatusCodes.Status404NotFound, "There is no such file with purpose batch.", "input_file_id", "not_found");
        }

        return batch.RequestSha256 == asked.Idempotency?.RequestSha256
            ? OpenAiJson.Of(BatchView.Of(batch))
            : OpenAiProblems.Of(
                StatusCodes.Status422UnprocessableEntity,
                "The idempotency key was used for another batch, with another request. Repeat that request as it was, or choose a new key.",
                IdempotencyHeader.Name,
                "idempotency_conflict");
    }

    private static IdempotencyKey? KeyOf(string? header, byte[] body) => IdempotencyHeader.Read(header) is { } key
        ? new IdempotencyKey(key, Convert.ToHexStringLower(SHA256.HashData(body)))
        : null;

    private static async Task<IResult> ListAsync(
        HttpContext context,
        IBatchStore batches,
        [Description("Batches on a page: 1 to 100.")] int limit = 20,
        [Description("Only batches older than this one: the last_id of the page before.")] string? after = null,
        CancellationToken cancellationToken = default)
    {
        if (limit is < 1 or > MostBatches)
        {
            return OpenAiProblems.Invalid(
                "limit", string.Create(CultureInfo.InvariantCulture, $"limit is {limit}; expected 1 to {MostBatches}."));
        }

        var found = after is not null && !OpenAiIds.MayBe(after)
            ? null
            : await batches.ListAsync(Callers.Of(context).Sees, after, limit + 1, cancellationToken);
        return found is null
            ? OpenAiProblems.Nothing("batch", "after")
            : OpenAiJson.Of(Page<BatchView>.Of([.. found.Select(BatchView.Of)], limit, batch => batch.Id));
    }

    private static async Task<IResult> GetAsync(
        HttpContext context, string id, BatchLookup lookup, CancellationToken cancellationToken) =>
        await lookup.FindAsync(context, id, cancellationToken) is { } batch
            ? OpenAiJson.Of(BatchView.Of(batch))
            : OpenAiProblems.Nothing("batch", "id");

    private static async Task<IResult> CancelAsync(
        HttpContext context, string id, BatchLookup lookup, IBatchStore batches, CancellationToken cancellationToken)
    {
        if (await lookup.FindAsync(context, id, cancellationToken) is null)
        {
            return OpenAiProblems.Nothing("batch", "id");
        }

        var isCancelling = await batches.CancelAsync(id, cancellationToken);
        var batch = (await batches.FindAsync(id, cancellationToken))!;
        return isCancelling || batch.End == BatchStatus.Cancelled
            ? OpenAiJson.Of(BatchView.Of(batch))
            : OpenAiProblems.Of(
                StatusCodes.Status409Conflict, $"A batch that is {BatchStatuses.Name(batch.Status)} cannot be cancelled.", "id", "invalid_status");
    }
}
