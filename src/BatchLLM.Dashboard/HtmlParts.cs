using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BatchLLM.Dashboard;

/// <summary>Renders components to HTML: whole pages, and the parts of them that change.</summary>
/// <remarks>
/// By the framework's own renderer alone. Its <c>AddRazorComponents</c> would bring key rings in the home folder, circuits and
/// forms of its own: nothing here is interactive, and a component sees only what it is given.
/// </remarks>
public sealed class HtmlParts : IAsyncDisposable
{
    private static readonly ServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();

    private readonly HtmlRenderer _renderer = new(NoServices, NullLoggerFactory.Instance);

    /// <summary>Renders one component.</summary>
    /// <param name="parameters">Its parameters, by their names.</param>
    public Task<string> RenderAsync<T>(params (string Name, object? Value)[] parameters)
        where T : IComponent => _renderer.Dispatcher.InvokeAsync(async () =>
        {
            var view = ParameterView.FromDictionary(
                parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value, StringComparer.Ordinal));
            return (await _renderer.RenderComponentAsync<T>(view)).ToHtmlString();
        });

    /// <summary>Lets go of what was rendered.</summary>
    public ValueTask DisposeAsync() => _renderer.DisposeAsync();
}
