package dev.lamina.cli;

import dev.lamina.LaminaVersion;
import dev.lamina.backend.Availability;
import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.BackendReport;
import dev.lamina.backend.BackendSelector;
import dev.lamina.backend.Finding;
import dev.lamina.config.LaminaConfig;
import dev.lamina.config.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import picocli.CommandLine.Command;

/** {@code lamina doctor}. */
@Command(
    name = "doctor",
    description =
        "Shows the settings in force and their origins, the backends, and whether the JVM is fit.",
    mixinStandardHelpOptions = true)
final class DoctorCommand extends Subcommand {

  /**
   * What {@code --json} prints.
   *
   * @param lamina version of Lamina
   * @param jdk version and vendor of the JVM
   * @param system operating system and architecture
   * @param settings the settings in force
   * @param backend what was asked for, what was chosen, and the state of each backend
   * @param findings what each backend looked for, by its name
   * @param checks whether the JVM is fit
   */
  record Document(
      String lamina,
      String jdk,
      String system,
      List<Setting> settings,
      Map<String, Object> backend,
      Map<String, List<Finding>> findings,
      List<JvmCheck> checks) {}

  DoctorCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    LaminaConfig config = session().config();
    List<BackendProvider> providers = BackendSelector.providers();
    BackendReport report = BackendSelector.select(config, BackendSelector.probe(config, providers));
    Map<String, List<Finding>> findings = new TreeMap<>();
    for (BackendProvider provider : providers) {
      findings.put(provider.id().text(), provider.findings(config));
    }
    List<JvmCheck> checks = JvmCheck.all();
    String[] version = new Versions().getVersion();
    Document document =
        new Document(
            LaminaVersion.text(),
            version[1],
            version[2],
            config.settings(),
            json(report),
            findings,
            checks);
    boolean fit = report.selected().isPresent() && checks.stream().allMatch(JvmCheck::passed);
    return new Output(
        document, text(version, config, report, findings, checks), fit ? 0 : Failure.FAILED);
  }

  private static String text(
      String[] version,
      LaminaConfig config,
      BackendReport report,
      Map<String, List<Finding>> findings,
      List<JvmCheck> checks) {
    StringJoiner lines = new StringJoiner("\n");
    for (String line : version) {
      lines.add(line);
    }
    lines.add("").add("Settings");
    int pathWidth = width(config.settings().stream().map(Setting::path).toList());
    int valueWidth = width(config.settings().stream().map(Setting::value).toList());
    for (Setting s : config.settings()) {
      String format = "  %-" + pathWidth + "s  %-" + valueWidth + "s  %s";
      lines.add(format.formatted(s.path(), s.value(), s.origin()));
    }
    lines.add("").add("Backends").add(report.toString().indent(2).stripTrailing());
    findings.forEach((backend, list) -> {
      if (!list.isEmpty()) {
        lines.add("").add("What " + backend + " found");
        list.forEach(finding -> lines.add(line(finding)));
      }
    });
    lines.add("").add("Java");
    checks.forEach(check -> lines.add("  " + check));
    return lines.toString();
  }

  private static String line(Finding finding) {
    String line =
        "  %-7s %s: %s"
            .formatted(finding.present() ? "ok" : "MISSING", finding.name(), finding.detail());
    return finding.remedy().isEmpty() ? line : line + "\n          → " + finding.remedy();
  }

  private static int width(List<String> texts) {
    return texts.stream().mapToInt(String::length).max().orElse(1);
  }

  private static Map<String, Object> json(BackendReport report) {
    List<Map<String, Object>> states = new ArrayList<>();
    report
        .states()
        .forEach((id, state) -> {
          Map<String, Object> entry = new LinkedHashMap<>();
          entry.put("backend", id.text());
          describe(state, entry);
          states.add(entry);
        });
    Map<String, Object> backend = new LinkedHashMap<>();
    backend.put("choice", report.choice().text());
    backend.put("origin", report.origin());
    backend.put("selected", report.selected().map(id -> (Object) id.text()).orElse(null));
    backend.put("states", states);
    return backend;
  }

  private static void describe(Availability state, Map<String, Object> entry) {
    switch (state) {
      case Available a -> {
        entry.put("available", true);
        entry.put("device", a.device());
      }
      case Unavailable u -> {
        entry.put("available", false);
        entry.put("reason", u.reason().text());
        entry.put("detail", u.detail());
        entry.put("remedy", u.remedy());
        entry.put("cause", u.cause().map(Throwable::toString));
      }
    }
  }
}
