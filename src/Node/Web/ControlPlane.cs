using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ActorLog.Node.Web;

/// <summary>HTTP for people and platforms: /alive, /ready, /metrics; loopback unless the configuration says otherwise.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    private readonly WebApplication? _app;

    private ControlPlane(WebApplication? app)
    {
        _app = app;
    }

    /// <summary>Starts it; a port that is taken is told in the log and is no reason not to log.</summary>
    public static async Task<ControlPlane> StartAsync(NodeSettings settings, Readiness readiness, Ledger ledger, CancellationToken stop)
    {
        if (settings.Http is not { } http)
        {
            return new ControlPlane(null);
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(http.Listen);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 64;
            kestrel.Limits.MaxRequestBodySize = 0;
        });
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.UseRouting();
        app.MapGet("/alive", static () => Results.Text("alive\n"));
        app.MapGet("/ready", () => Results.Text(
            readiness.IsReady ? "ready\n" : string.Join('\n', readiness.Parts.Where(static p => p.Value is not null).Select(static p => $"{p.Key}: {p.Value}")) + "\n",
            statusCode: readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable));
        await app.StartAsync(stop);
        return new ControlPlane(app);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;
}
