using System.Net;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Tests.Settings;

public class SettingsReaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("actorlog { }\n")]
    [InlineData("\uFEFFactorlog { }")]
    public void An_empty_file_runs_edge_and_aggregator_in_one_process(string hocon)
    {
        using var folder = new TemporaryFolder();
        var reading = folder.Read(hocon);

        Assert.Empty(reading.Faults);
        var settings = reading.Settings!;
        var data = Path.GetFullPath("actorlog-data");
        Assert.Equal(Environment.MachineName, settings.Name);
        Assert.Equal(NodeRoles.Edge | NodeRoles.Aggregator, settings.Roles);
        Assert.Equal((16, data), (settings.Partitions, settings.DataDirectory));
        Assert.Equal(
            ["udp Udp 127.0.0.1:5140", "udp6 Udp [::1]:5140", "tcp Tcp 127.0.0.1:5140",
                $"datagram UnixDatagram {data}/log.sock", $"stream UnixStream {data}/log-stream.sock"],
            settings.Sources.Select(source => $"{source.Name} {source.Transport} {(object?)source.EndPoint ?? source.Path}"));
        Assert.All(settings.Sources, source => Assert.Equal((1 << 20, false), (source.RecordBytesMax, source.KeepHostname)));
        var route = Assert.Single(settings.Routes);
        Assert.Equal(("everything", null), (route.Name, route.Filter));
        Assert.Equal(["aggregator"], route.Sinks);
        Assert.Equal([new AggregatorSinkSettings("aggregator")], settings.Sinks);
        Assert.Equal(
            new BatchingSettings(256 << 10, TimeSpan.FromMilliseconds(20), 64, TimeSpan.FromSeconds(5), BlockCompression.Zstd),
            settings.Batching);
        Assert.Equal(new SpoolSettings($"{data}/spool.db", 1 << 30, SpoolFullPolicy.DropNewest), settings.Spool);
        Assert.Empty(settings.Forward.EndPoints);
        Assert.Equal(8 << 20, settings.Forward.WindowBytes);
        Assert.Null(settings.Aggregator.Listen);
        Assert.Equal(
            new FileSinkSettings($"{data}/logs", "{host}.log", TimeZoneInfo.Local,
                new RotationSettings(100 << 20, RotationPeriod.Day, true), new RetentionSettings(null, TimeSpan.FromDays(30), null)),
            settings.Aggregator.Files);
        Assert.Null(settings.Tls);
        Assert.Equal(new HttpSettings(new IPEndPoint(IPAddress.Loopback, 8514)), settings.Http);
        Assert.False(settings.Akka.HasPath("akka.actor"));
    }

    [Fact]
    public void Set_wins_over_the_environment_over_the_file_over_the_default()
    {
        using var folder = new TemporaryFolder();
        const string Hocon = "actorlog.spool.bytes-max = 2GiB";
        Dictionary<string, string> environment = new() { ["ACTORLOG_SPOOL_BYTES_MAX"] = "3GiB", ["PATH"] = "/bin" };

        Assert.Equal(1L << 30, folder.Read("").Settings!.Spool.BytesMax);
        Assert.Equal(2L << 30, folder.Read(Hocon).Settings!.Spool.BytesMax);
        Assert.Equal(3L << 30, folder.Read(Hocon, environment).Settings!.Spool.BytesMax);
        Assert.Equal(4L << 30, folder.Read(Hocon, environment, "spool.bytes-max=4GiB").Settings!.Spool.BytesMax);
        Assert.Equal(5L << 30, folder.Read(Hocon, environment, "spool.bytes-max=4GiB", "actorlog.spool.bytes-max=5GiB").Settings!.Spool.BytesMax);
    }

    [Fact]
    public void The_environment_reaches_names_and_lists_and_common_defaults()
    {
        using var folder = new TemporaryFolder();
        var settings = folder.Read("", new()
        {
            ["ACTORLOG_SOURCES_UDP_LISTEN"] = "127.0.0.1:5514",
            ["ACTORLOG_DEFAULTS_SOURCE_TRUSTED_PROXIES"] = "10.0.0.0/8, 192.0.2.1",
            ["ACTORLOG_SOURCES_TCP_KEEP_HOSTNAME"] = "on",
            ["ACTORLOG_CONFIG"] = "is another matter",
        }).Settings!;

        Assert.Equal(5514, settings.Sources[0].EndPoint!.Port);
        Assert.All(settings.Sources, source => Assert.Equal(
            [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.0.2.1/32")], source.TrustedProxies));
        Assert.Equal([false, false, true, false, false], settings.Sources.Select(source => source.KeepHostname));
    }

    [Fact]
    public void A_variable_that_no_key_has_is_a_fault_but_for_those_of_a_service()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(
            ["ACTORLOG_SPOOL_BYTE_MAX: no key has this variable; did you mean 'ACTORLOG_SPOOL_BYTES_MAX'?"],
            folder.FaultsOf("", new()
            {
                ["ACTORLOG_SPOOL_BYTE_MAX"] = "3GiB",
                ["ACTORLOG_AGGREGATOR_SERVICE_HOST"] = "10.1.2.3",
                ["ACTORLOG_AGGREGATOR_SERVICE_PORT_GATEWAY"] = "6515",
                ["ACTORLOG_AGGREGATOR_PORT"] = "tcp://10.1.2.3:6515",
                ["ACTORLOG_AGGREGATOR_PORT_6515_TCP_ADDR"] = "10.1.2.3",
            }));
    }

    [Fact]
    public void A_file_that_names_its_sources_means_these_only()
    {
        using var folder = new TemporaryFolder();
        var settings = folder.Read("""actorlog.sources.web { type = udp, listen = "[::]:514", record-bytes-max = 8k }""").Settings!;

        var source = Assert.Single(settings.Sources);
        Assert.Equal(("web", 8192, 8 << 20), (source.Name, source.RecordBytesMax, source.ReceiveBufferBytes));
    }

    [Fact]
    public void A_set_adds_to_the_sources_that_are_there()
    {
        using var folder = new TemporaryFolder();
        var settings = folder.Read("", null, "sources.more.type=tcp", "sources.more.listen=127.0.0.1:5141", "sources.udp.keep-hostname=on").Settings!;

        Assert.Equal(["udp", "udp6", "tcp", "datagram", "stream", "more"], settings.Sources.Select(source => source.Name));
        Assert.True(settings.Sources[0].KeepHostname);
    }

    [Theory]
    [InlineData("spool")]
    [InlineData("=1")]
    [InlineData("a..b=1")]
    public void A_set_without_path_and_value_is_a_fault(string text)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal([$"--set: '{text}' is not path=value (try --set spool.bytes-max=1GiB)"], folder.FaultsOf("", null, text));
    }

    [Fact]
    public void The_akka_part_is_handed_on_as_it_is_written()
    {
        using var folder = new TemporaryFolder();
        var akka = folder.Read("akka { loglevel = WARNING\n actor.deployment { \"/a.b\" { router = x } } }", null,
            "akka.stdout-loglevel=OFF").Settings!.Akka;

        Assert.Equal("WARNING", akka.GetString("akka.loglevel", null));
        Assert.Equal("OFF", akka.GetString("akka.stdout-loglevel", null));
        // What the node needs lies below it (AkkaConfig), and the library's defaults below that.
        Assert.False(akka.HasPath("akka.actor.provider"));
        Assert.False(akka.HasPath("actorlog"));
    }

    [Fact]
    public void Off_switches_off_what_may_be_off()
    {
        using var folder = new TemporaryFolder();
        var settings = folder.Read("", null, "http.listen=off", "defaults.files.rotation.size=off", "defaults.files.retention.age=off",
            "defaults.files.rotation.every=never", "defaults.files.retention.count=7").Settings!;

        Assert.Null(settings.Http);
        Assert.Equal(new RotationSettings(null, RotationPeriod.Never, true), settings.Aggregator.Files.Rotation);
        Assert.Equal(new RetentionSettings(7, null, null), settings.Aggregator.Files.Retention);
    }

    [Fact]
    public void Only_sinks_that_a_route_leads_to_are_kept()
    {
        using var folder = new TemporaryFolder();
        var settings = folder.Read("actorlog.routes {\n a { filter = web, sinks = [local] }\n b { sinks = [local] }\n}").Settings!;

        Assert.Equal("local", Assert.Single(settings.Sinks).Name);
        Assert.NotNull(settings.Routes[0].Filter);
        Assert.Null(settings.Routes[1].Filter);
    }
}
