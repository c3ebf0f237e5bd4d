using BatchLLM.Host.Service.Errors;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Refuses forms that no page of this service showed to this browser.</summary>
/// <param name="looks">What pages show, which a form that is taken changes.</param>
internal sealed class FormGuard(LiveLooks looks) : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!http.Request.HasFormContentType)
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "Not a form", "Only the pages' own forms are sent here.");
        }

        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        if (!FormToken.IsOurs(http, form[FormToken.Field]))
        {
            return await PageResult.ProblemAsync(
                http, StatusCodes.Status403Forbidden, "Nothing was changed", "The page was too old, or it was not one of this service. Load it again.");
        }

        var result = await next(context);
        looks.Forget();
        return result;
    }
}
