using System.Net;
using ActorLog.Node.Cli;
using ActorLog.Node.Settings;
using ActorLog.Node.Tests.Routing;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Tests.Settings;

public sealed class ExamplesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_edge_forwards_gunicorns_records_and_keeps_a_rotated_file()
    {
        var settings = await ReadAsync("edge.hocon", "--edge", "web1", "--hosts", "web1");

        Assert.Equal(("web1", NodeRoles.Edge, "/var/lib/actorlog"), (settings.Name, settings.Roles, settings.DataDirectory));
        var source = Assert.Single(settings.Sources);
        Assert.Equal((SourceTransport.Udp, new IPEndPoint(IPAddress.Loopback, 5140), false), (source.Transport, source.EndPoint, source.KeepHostname));
        var route = Assert.Single(settings.Routes);
        Assert.Equal(["local", "aggregator"], route.Sinks);
        Assert.Equal(
        [
            new FileSinkNodeSettings("local", new FileSinkSettings("/var/log/actorlog", "{program}.log", TimeZoneInfo.Local,
                new RotationSettings(50 << 20, RotationPeriod.Day, true), new RetentionSettings(14, TimeSpan.FromDays(30), null))),
            new AggregatorSinkSettings("aggregator"),
        ], settings.Sinks);
        Assert.Equal([new DnsEndPoint("aggregator.example", 6515)], settings.Forward.EndPoints);
        Assert.Equal(
            new TlsSettings($"{_folder.Path}/certs/ca.pem", $"{_folder.Path}/certs/edge-web1.pem", $"{_folder.Path}/certs/edge-web1-key.pem"),
            settings.Tls);

        using var batch = Batches.Of(new Sample("gunicorn.shop.access"), new Sample("CRON"));
        var taken = new List<bool>();
        foreach (var record in batch)
        {
            taken.Add(route.Filter!.Takes(record));
        }

        Assert.Equal([true, false], taken);
    }

    [Fact]
    public async Task The_aggregator_listens_with_TLS_and_rotates_a_file_for_each_host_and_program()
    {
        var settings = await ReadAsync("aggregator.hocon", "--server", "aggregator.example");

        Assert.Equal(NodeRoles.Aggregator, settings.Roles);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 6515), settings.Aggregator.Listen);
        Assert.Equal("/var/lib/actorlog/journal.db", settings.Aggregator.JournalPath);
        Assert.Equal(
            new FileSinkSettings("/var/log/actorlog", "{host}/{program}.log", TimeZoneInfo.Local,
                new RotationSettings(200 << 20, RotationPeriod.Day, true), new RetentionSettings(null, TimeSpan.FromDays(90), 20L << 30)),
            settings.Aggregator.Files);
        Assert.EndsWith("/certs/server-key.pem", settings.Tls!.KeyPath, StringComparison.Ordinal);
    }

    /// <summary>Reads an example after making the certificates as its own comment says.</summary>
    private async Task<NodeSettings> ReadAsync(string name, params string[] certs)
    {
        var example = Path.Join(TemporaryFolder.Repository, "config/examples", name);
        var text = await File.ReadAllTextAsync(example);
        Assert.Contains("actorlog certs --out certs " + string.Join(' ', certs), text, StringComparison.Ordinal);
        var surroundings = new Surroundings(TextWriter.Null, TextWriter.Null, new Dictionary<string, string>());
        Assert.Equal(ExitCode.Ok, await new CommandLine((_, _) => Task.FromResult(0), surroundings)
            .InvokeAsync(["certs", "--out", Path.Join(_folder.Path, "certs"), .. certs]));
        var reading = _folder.Read(text);
        Assert.Empty(reading.Faults);
        return reading.Settings!;
    }
}
