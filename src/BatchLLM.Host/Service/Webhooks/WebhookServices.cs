using BatchLLM.Jobs;
using BatchLLM.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace BatchLLM.Host.Service.Webhooks;

/// <summary>Puts the sender together.</summary>
internal static class WebhookServices
{
    /// <param name="services">Of the application.</param>
    /// <param name="webhooks">Holds the messages.</param>
    /// <param name="mayBePrivate">True to send to addresses of the server's own network, too.</param>
    public static void AddTo(IServiceCollection services, IWebhookStore webhooks, bool mayBePrivate)
    {
        services.AddSingleton(found => new WebhookSender(
            webhooks,
            found.GetRequiredService<IJobStore>(),
            WebhookClient.Create(mayBePrivate ? _ => true : PublicAddresses.Contain),
            found.GetRequiredService<TimeProvider>()));
        services.AddHostedService(found => found.GetRequiredService<WebhookSender>());
    }
}
