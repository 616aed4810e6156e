using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

public sealed class VerifierTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_whole_log_is_exact()
    {
        var found = Verify(PlantedLog.Lines(0, 5000), sent: 5000);

        Assert.True(found.IsExact, found.ToString());
        Assert.Equal((5000, 5000), (found.Lines, found.Unique));
    }

    [Fact]
    public void No_file_at_all_is_the_loss_of_everything() =>
        Assert.Equal(10, Verifier.Read(_directory["nowhere"], PlantedLog.Ledger(10)).Missing);

    [Theory]
    [InlineData(0)]
    [InlineData(57)]
    [InlineData(99)]
    public void A_planted_loss_is_found(int at)
    {
        var lines = PlantedLog.Lines(0, 100);
        lines.RemoveAt(at);

        var found = Verify(lines, sent: 100);

        Assert.Equal(1, found.Missing);
        Assert.True(found.AtMostOnce);
        Assert.False(found.IsExact);
        Assert.Contains($"lost: 000000000:0000:{at:D10}", found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_planted_duplicate_is_found()
    {
        var lines = PlantedLog.Lines(0, 100);
        lines.Insert(80, lines[3]);

        var found = Verify(lines, sent: 100);

        Assert.Equal((1, 0, 0), (found.Duplicate, found.Missing, found.Inverted));
        Assert.False(found.AtMostOnce);
    }

    [Fact]
    public void A_planted_inversion_is_found()
    {
        var lines = PlantedLog.Lines(0, 100);
        (lines[40], lines[41]) = (lines[41], lines[40]);

        var found = Verify(lines, sent: 100);

        Assert.Equal((1, 0, 0), (found.Inverted, found.Missing, found.Duplicate));
    }

    [Fact]
    public void A_line_torn_at_any_offset_is_found()
    {
        var whole = PlantedLog.Line(0, 0, 1);
        for (var at = 0; at < whole.Length; at++)
        {
            var found = Verify([PlantedLog.Line(0, 0, 0), whole[..at], PlantedLog.Line(0, 0, 2)], sent: 3);

            Assert.Equal((1, 1), (found.Torn, found.Missing));
        }
    }

    [Fact]
    public void A_line_that_lost_its_middle_is_found()
    {
        var line = PlantedLog.Line(0, 0, 0);

        Assert.Equal(1, Verify([line.Remove(100, 5)], sent: 1).Torn);
    }

    [Fact]
    public void A_changed_byte_of_the_message_is_found()
    {
        var line = PlantedLog.Line(0, 0, 0);
        for (var at = line.IndexOf('['); at < line.Length; at++)
        {
            var isHeader = at < line.IndexOf("[27/", StringComparison.Ordinal);
            var found = Verify([line[..at] + '~' + line[(at + 1)..]], sent: 1);

            // The header is the receiver's: only the message is covered.
            Assert.Equal(isHeader ? 0 : 1, found.Torn);
        }
    }

    [Fact]
    public void Two_lines_grown_into_one_are_found() =>
        Assert.Equal((1, 2), Counts(Verify([PlantedLog.Line(0, 0, 0) + PlantedLog.Line(0, 0, 1)], sent: 2)));

    [Fact]
    public void A_half_line_grown_into_the_next_is_found() =>
        Assert.Equal((1, 2), Counts(Verify([PlantedLog.Line(0, 0, 0)[..^3] + PlantedLog.Line(0, 0, 1)], sent: 2)));

    [Fact]
    public void A_last_line_without_its_end_is_torn()
    {
        File.WriteAllText(_directory["web1.log"], PlantedLog.Line(0, 0, 0) + "\n" + PlantedLog.Line(0, 0, 1));

        Assert.Equal((1, 1), Counts(Verifier.Read(_directory.Path, PlantedLog.Ledger(2))));
    }

    [Fact]
    public void What_was_never_sent_is_found() => Assert.Equal(2, Verify(PlantedLog.Lines(0, 12), sent: 10).Unknown);

    [Fact]
    public void A_sender_that_nobody_knows_is_found() => Assert.Equal(1, Verify([PlantedLog.Line(7, 3, 0)], sent: 0).Unknown);

    [Fact]
    public void Lines_without_a_mark_are_torn_unless_they_are_foreign()
    {
        List<string> lines = [.. PlantedLog.Lines(0, 3), "Nov 23 05:50:00 web1 actorlog: 5 records dropped"];
        PlantedLog.Write(_directory["web1.log"], lines);

        Assert.Equal(1, Verifier.Read(_directory.Path, PlantedLog.Ledger(3)).Torn);
        var found = Verifier.Read(_directory.Path, PlantedLog.Ledger(3), line => line.IndexOf(" actorlog: "u8) > 0);
        Assert.Equal((0, 1), (found.Torn, found.Foreign));
        Assert.True(found.IsExact);
    }

    [Fact]
    public void Messages_under_way_when_a_connection_broke_may_be_missing_or_not()
    {
        var ledger = PlantedLog.Ledger(10);
        ledger.EnterUncertain(0, 0, 5);
        ledger.EnterSent(0, 0, 10);
        PlantedLog.Write(_directory["web1.log"], [.. PlantedLog.Lines(0, 12), .. PlantedLog.Lines(15, 25)]);

        var found = Verifier.Read(_directory.Path, ledger);

        Assert.True(found.IsExact, found.ToString());
        Assert.Equal((3, 20, 5), (found.UncertainMissing, ledger.Sent, ledger.Uncertain));
    }

    [Fact]
    public void What_one_folder_has_and_another_has_not_is_counted()
    {
        PlantedLog.Write(Path.Combine(_directory.Folder("edge"), "web1.log"), PlantedLog.Lines(0, 100));
        PlantedLog.Write(Path.Combine(_directory.Folder("aggregator"), "web1.log"), PlantedLog.Lines(0, 93));

        var edge = Verifier.Read(_directory["edge"], PlantedLog.Ledger(100));
        var aggregator = Verifier.Read(_directory["aggregator"], PlantedLog.Ledger(100));

        Assert.Equal((7, 0), (edge.CountNotIn(aggregator), aggregator.CountNotIn(edge)));
    }

    [Fact]
    public void Sealed_and_compressed_segments_are_read_before_the_active_one()
    {
        PlantedLog.Write(_directory["web1.log"], PlantedLog.Lines(300, 400));
        PlantedLog.Write(_directory["web1.log-20261123T055000Z-000001.gz"], PlantedLog.Lines(0, 100));
        PlantedLog.Write(_directory["web1.log-20261123T055001Z-000002.gz"], PlantedLog.Lines(100, 200));
        PlantedLog.Write(_directory["web1.log-20261123T055002Z-000003"], PlantedLog.Lines(200, 300));
        PlantedLog.Write(_directory[".web1.log-20261123T055002Z-000003.gz.tmp"], PlantedLog.Lines(200, 210));

        var found = Verifier.Read(_directory.Path, PlantedLog.Ledger(400));

        Assert.True(found.IsExact, found.ToString());
        Assert.Equal(4, found.Files);
    }

    [Fact]
    public void The_same_lines_in_two_segments_are_duplicates()
    {
        PlantedLog.Write(_directory["web1.log"], PlantedLog.Lines(90, 200));
        PlantedLog.Write(_directory["web1-20261123T055000Z.log.gz"], PlantedLog.Lines(0, 100));

        Assert.Equal(10, Verifier.Read(_directory.Path, PlantedLog.Ledger(200)).Duplicate);
    }

    [Fact]
    public void Lines_longer_than_the_buffer_are_read_whole()
    {
        var found = Verify([new string('x', 3 << 20), .. PlantedLog.Lines(0, 3)], sent: 3);

        Assert.Equal((1, 3), (found.Torn, found.Unique));
    }

    [Fact]
    public void Every_gap_is_counted_whichever_words_it_spans()
    {
        List<string> lines = [.. PlantedLog.Lines(1, 64), .. PlantedLog.Lines(200, 201), .. PlantedLog.Lines(320, 5000)];

        var found = Verify(lines, sent: 6000);

        Assert.Equal(1 + (200 - 64) + (320 - 201) + 1000, found.Missing);
        Assert.Contains("lost: 000000000:0000:0000000064 and the 135 behind it", found.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a tab\t", 1)]
    [InlineData("\u001b[31mred\u007f", 2)]
    [InlineData("C1 \u0085 separators \u2028\u2029 bidi \u202e\u2066", 5)]
    [InlineData("plain, \u00e4\u20ac and \U0001f600", 0)]
    public void Raw_controls_are_found_in_any_line(string text, long count)
    {
        File.WriteAllText(_directory["web1.log"], PlantedLog.Line(0, 0, 0) + "\n" + text + "\n");

        var found = Verifier.Read(_directory.Path, PlantedLog.Ledger(1), static _ => true);

        Assert.Equal((count, count == 0), (found.ControlBytes, found.IsExact));
        Assert.DoesNotContain('\u001b', found.ToString());
    }

    [Fact]
    public void A_link_that_leads_out_is_found_and_not_followed()
    {
        var logs = _directory.Folder("logs");
        PlantedLog.Write(Path.Combine(logs, "web1.log"), PlantedLog.Lines(0, 10));
        PlantedLog.Write(Path.Combine(_directory.Folder("elsewhere"), "web1.log"), PlantedLog.Lines(0, 10));
        File.CreateSymbolicLink(Path.Combine(logs, "inside.log"), "web1.log");
        File.CreateSymbolicLink(Path.Combine(logs, "out"), "../elsewhere");
        File.CreateSymbolicLink(Path.Combine(logs, "passwd.log"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(logs, "up"), "..");

        var found = Verifier.Read(logs, PlantedLog.Ledger(10));

        Assert.Equal((3, 1, 0, false), (found.Outside, found.Files, found.Duplicate, found.IsExact));
        Assert.Contains("passwd.log -> /etc/passwd", found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_archive_is_torn_and_what_it_lacks_is_lost()
    {
        var archive = _directory["web1.log-20261123T055000Z-000001.gz"];
        PlantedLog.Write(archive, PlantedLog.Lines(0, 1000));
        var bytes = File.ReadAllBytes(archive);
        bytes[bytes.Length / 2] ^= 0x55;
        File.WriteAllBytes(archive, bytes);

        var found = Verifier.Read(_directory.Path, PlantedLog.Ledger(1000));

        Assert.True(found.Torn > 0, found.ToString());
        Assert.True(found.Missing > 0, found.ToString());
    }

    [Fact]
    public void What_a_running_sender_has_not_yet_entered_is_no_fault()
    {
        var ledger = new OracleLedger();
        ledger.Begin(new OracleSender(0, 1, null, "tcp:nowhere:1"));
        ledger.EnterSent(0, 0, 10);
        PlantedLog.Write(_directory["web1.log"], PlantedLog.Lines(0, 12));

        Assert.True(Verifier.Read(_directory.Path, ledger).IsExact);
        ledger.End(0);
        Assert.Equal(2, Verifier.Read(_directory.Path, ledger).Unknown);
    }

    private static (long Torn, long Missing) Counts(Verification found) => (found.Torn, found.Missing);

    private Verification Verify(IEnumerable<string> lines, long sent)
    {
        PlantedLog.Write(_directory["web1.log"], lines);
        return Verifier.Read(_directory.Path, PlantedLog.Ledger(sent));
    }
}
