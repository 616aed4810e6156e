using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Hosting;
using ActorLog.Node.Listening;
using ActorLog.Node.Settings;
using Akka.Event;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace ActorLog.Node.Web;

/// <summary>
/// HTTP for people and platforms: /alive, /ready, /metrics; loopback unless the configuration says otherwise. It starts
/// in the background, behind the listeners. A port that is taken or denied is told with cause and remedy, shown as not
/// ready and tried again; it is no reason to stop logging.
/// </summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    /// <summary>Its name among the parts of <see cref="Readiness"/>.</summary>
    public const string Part = "http";

    private const int ConnectionsMax = 64;
    private static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(10);

    private readonly Readiness _readiness;
    private readonly PrometheusText _metrics;
    private readonly Endpoints _endpoints;
    private readonly ILoggingAdapter _log;
    private readonly CancellationTokenSource _stop = new();
    private WebApplication? _app;
    private readonly Task _opening;

    private ControlPlane(HttpSettings settings, string node, Readiness readiness, Metrics metrics, ILoggingAdapter log)
    {
        _readiness = readiness;
        _metrics = new PrometheusText(metrics.Meter);
        _endpoints = new Endpoints(new HostGuard(settings.Listen, node), readiness, _metrics);
        _log = log;
        readiness.Expect(Part);
        _opening = Task.Run(() => OpenAsync(settings.Listen));
    }

    /// <summary>Where it listens, once it does: the real port, where the settings may say 0.</summary>
    public Uri? Address { get; private set; }

    /// <summary>Starts it in the background; null when it is off.</summary>
    public static ControlPlane? Start(NodeSettings settings, Readiness readiness, Metrics metrics, ILoggingAdapter log) =>
        settings.Http is { } http ? new ControlPlane(http, settings.Name, readiness, metrics, log) : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _opening;
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _metrics.Dispose();
        _stop.Dispose();
    }

    private async Task OpenAsync(IPEndPoint listen)
    {
        var retry = RetryMin;
        var told = string.Empty;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await StartAsync(listen);
                return;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                var fault = FaultOf(e, listen);
                _readiness.SetFault(Part, fault.Cause, fault.Remedy);
                if (fault.Cause != told)
                {
                    told = fault.Cause;
                    _log.Warning("http does not listen: {0}. {1}", fault.Cause, fault.Remedy);
                }
            }

            await Task.Delay(retry, _stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            retry = TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, RetryMax.Ticks));
        }
    }

    private async Task StartAsync(IPEndPoint listen)
    {
        var app = Build(listen);
        try
        {
            await app.StartAsync(_stop.Token);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        _readiness.SetReady(Part);
        _log.Info("http listens on {0}", Address);
    }

    private WebApplication Build(IPEndPoint listen)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(listen);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = 0;
        });
        var app = builder.Build();
        app.Run(_endpoints.AnswerAsync);
        return app;
    }

    private static BindFault FaultOf(Exception error, IPEndPoint listen)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is SocketException socket)
            {
                return BindFault.Of(SourceTransport.Tcp, listen, socket.SocketErrorCode, new HostFacts());
            }
        }

        return new BindFault($"http {listen}: {error.Message}", "check http.listen; it is tried again");
    }
}
