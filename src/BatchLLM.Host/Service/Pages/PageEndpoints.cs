using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BatchLLM.Host.Service.Pages;

/// <summary>All that people meet with a browser.</summary>
internal static class PageEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        AssetEndpoint.Map(app);
        var pages = app.MapGroup("").WithMetadata(new PageMark()).ExcludeFromDescription();
        JobListPages.Map(pages);
        JobDetailPages.Map(pages);
        SchedulePages.Map(pages);
        WorkerPages.Map(pages);
        ModelPages.Map(pages);
        var forms = pages.MapGroup("").AddEndpointFilter<RouteGroupBuilder, FormGuard>();
        ChangeEndpoints.Map(forms);
        ScheduleForms.Map(forms);
        SignInEndpoints.Map(pages, forms);
    }
}
