using BatchLLM.Access;
using BatchLLM.Dashboard;
using BatchLLM.Host.Service.Access;
using Microsoft.AspNetCore.Http;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Who looks at a page.</summary>
internal static class Viewers
{
    private static readonly string[] Themes = ["auto", "light", "dark"];

    /// <summary>Who sent a request.</summary>
    public static Viewer Of(HttpContext context)
    {
        var caller = context.Features.Get<Caller>();
        return new Viewer
        {
            Theme = ThemeOf(context.Request.Cookies[Cookies.Theme]),
            FormToken = FormToken.For(context),
            MayChange = caller?.Role >= AccessRole.Submit,
            SeesAll = caller?.Role == AccessRole.Admin,
            SignedInAs = context.Features.Get<Signed>()?.Key is { } key ? key.Name.Length > 0 ? key.Name : key.Tenant : null,
            Path = HttpMethods.IsGet(context.Request.Method) ? context.Request.Path + context.Request.QueryString : "/",
        };
    }

    /// <summary>The colours that a text means; those of the system if it means none.</summary>
    public static string ThemeOf(string? text) => Themes.FirstOrDefault(theme => theme == text) ?? Themes[0];

    /// <summary>A path of this service to go to; the first page if the text names any other place.</summary>
    /// <remarks>Browsers take two slashes, and a backslash for one, as the beginning of another site's name.</remarks>
    public static string LocalPath(string? text) =>
        text is ['/', not ('/' or '\\'), ..] && text.All(letter => letter is > ' ' and <= '~' and not '\\') ? text : "/";
}
