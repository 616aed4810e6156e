using System.CommandLine;
using System.Net;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Cli;

/// <summary>
/// actorlog health: asks the node that runs with this configuration, on this machine, how it is; for platforms that
/// cannot ask by HTTP themselves, such as a container's HEALTHCHECK.
/// </summary>
internal sealed class HealthCommand(Surroundings surroundings)
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(5);
    private readonly SettingsOptions _options = new();

    private readonly Argument<string> _what = new("what")
    {
        Description = "ready: whether every part does its work; alive: whether the process answers.",
        DefaultValueFactory = static _ => "ready",
    };

    public Command Build()
    {
        _what.AcceptOnlyFromAmong("ready", "alive");
        var command = new Command("health", "Ask the node that runs here: exit 0 when it says yes, 1 when it says no or does not answer.");
        command.Arguments.Add(_what);
        _options.AddTo(command);
        command.SetAction(async (result, stop) => _options.Read(result, surroundings, clock: null) switch
        {
            null => ExitCode.Config,
            { Http: null } => await No("http.listen is off: nobody can be asked"),
            { Http: { } http } => await Ask(http, result.GetRequiredValue(_what), stop),
        });
        return command;
    }

    private async Task<int> Ask(HttpSettings http, string what, CancellationToken stop)
    {
        // A proxy of the environment is not asked: the node is here.
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpClient(handler) { Timeout = AnswerMax };
        var address = new UriBuilder("http", Here(http.Listen.Address).ToString(), http.Listen.Port, what).Uri;
        try
        {
            using var answer = await client.GetAsync(address, stop);
            await surroundings.Output.WriteAsync(await answer.Content.ReadAsStringAsync(stop));
            return answer.IsSuccessStatusCode ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (HttpRequestException e)
        {
            return await No($"{address}: {e.GetBaseException().Message}");
        }
        catch (TaskCanceledException) when (!stop.IsCancellationRequested)
        {
            return await No($"{address}: no answer for {AnswerMax.TotalSeconds:0} s");
        }
    }

    private async Task<int> No(string why)
    {
        await surroundings.Error.WriteLineAsync($"actorlog health: {why}");
        return ExitCode.Failed;
    }

    private static IPAddress Here(IPAddress listen) =>
        listen.Equals(IPAddress.Any) ? IPAddress.Loopback
        : listen.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
        : listen;
}
