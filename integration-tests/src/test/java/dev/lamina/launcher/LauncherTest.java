package dev.lamina.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests the launcher script in a folder of its own, with a JDK that prints its arguments and a
 * Maven that writes down each call.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell script")
class LauncherTest {

  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

  /** What the build leaves behind, as the launcher expects it. */
  private static final String BUILDING_MAVEN =
      """
      #!/bin/sh
      echo "$JAVA_HOME" >> calls
      echo "[INFO] Building Lamina API 1.0 [3/10]"
      mkdir -p cli/target/lamina/lib
      : > cli/target/lamina/lib/lamina-cli-1.0.jar
      echo "-Dfrom=options" > cli/target/lamina/jvm.options
      """;

  private record Outcome(int exit, String out, String err) {}

  @TempDir private Path folder;
  private Path jdk;

  @BeforeEach
  void layOut() throws IOException {
    Files.copy(REPOSITORY.resolve("lamina"), folder.resolve("lamina"));
    Files.createDirectory(folder.resolve(".mvn"));
    for (String script : List.of(".mvn/find-jdk", ".mvn/explain-jdk")) {
      Files.copy(REPOSITORY.resolve(script), folder.resolve(script));
    }
    Files.writeString(folder.resolve("pom.xml"), "<project/>");
    Files.createDirectories(folder.resolve("api/src/main/java"));
    jdk = fakeJdk("jdk", "25.0.3");
    age(Instant.now().minusSeconds(3600));
  }

  @Test
  void buildsOnceAndPassesItsArgumentsOn() throws Exception {
    maven(BUILDING_MAVEN);

    Outcome first = lamina("kernel", "--kernel", "linear() + 1");
    Outcome second = lamina("doctor");

    assertThat(first.exit()).as(first.err()).isZero();
    assertThat(first.err()).contains("Building Lamina");
    assertThat(first.out().lines())
        .containsExactly(
            "@" + folder.resolve("cli/target/lamina/jvm.options"),
            "-jar",
            folder.resolve("cli/target/lamina/lib/lamina-cli-1.0.jar").toString(),
            "kernel",
            "--kernel",
            "linear() + 1");
    assertThat(second.err()).isEmpty();
    assertThat(second.out()).endsWith("doctor\n");
    assertThat(Files.readAllLines(folder.resolve("calls"))).containsExactly(jdk.toString());
  }

  @Test
  void findsItsFilesWhenCalledThroughLinks() throws Exception {
    maven(BUILDING_MAVEN);
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("absolute"), folder.resolve("lamina"));
    Files.createSymbolicLink(bin.resolve("relative"), Path.of("absolute"));

    Outcome outcome = run(Map.of(), bin.resolve("relative").toString(), "doctor");

    assertThat(outcome.exit()).as(outcome.err()).isZero();
    assertThat(outcome.out()).endsWith("doctor\n");
  }

  @Test
  void buildsAgainWhenASourceIsNewer() throws Exception {
    maven(BUILDING_MAVEN);
    lamina();
    Path source = Files.writeString(folder.resolve("api/src/main/java/New.java"), "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));

    Outcome outcome = lamina();

    assertThat(outcome.exit()).as(outcome.err()).isZero();
    assertThat(Files.readAllLines(folder.resolve("calls"))).hasSize(2);
  }

  @Test
  void aFailedBuildShowsItsErrorsAndItsLog() throws Exception {
    maven("#!/bin/sh\necho '[INFO] fine'\necho '[ERROR] A.java: no such method'\nexit 1\n");

    Outcome outcome = lamina("doctor");

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .contains("[ERROR] A.java: no such method")
        .contains("The whole log: " + folder.resolve("target/launcher-build.log"))
        .doesNotContain("fine");
  }

  @Test
  void usesTheRecordOfAStartWhenTheJdkMadeOne() throws Exception {
    maven(BUILDING_MAVEN);
    script(
        jdk.resolve("bin/java"),
        """
        #!/bin/sh
        for option; do
          case $option in -XX:AOTCacheOutput=*) : > "${option#*=}" ;; esac
        done
        printf '%s\n' "$@"
        """);

    Outcome outcome = lamina("doctor");

    assertThat(outcome.out())
        .contains("-XX:AOTCache=" + folder.resolve("cli/target/lamina/start.aot") + "\n");
  }

  @Test
  void withoutAJdkItSaysWhatToInstall() throws Exception {
    script(folder.resolve(".mvn/find-jdk"), "#!/bin/sh\nexit 1\n");

    Outcome outcome = lamina("doctor");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("needs a JDK 25.0.3 or later", "Install", "JAVA_HOME");
  }

  @ParameterizedTest
  @CsvSource({
    "25.0.3+9-1~deb13u1, sudo apt-get install openjdk-25-jdk",
    "26.0.1+8-1, sudo apt-get install openjdk-25-jdk",
    "25.0.2+10-1, packages.adoptium.net",
    "(none), packages.adoptium.net"
  })
  void onDebianTheAdviceFollowsWhatTheReleaseHas(String candidate, String advice) throws Exception {
    Files.createDirectories(folder.resolve("maven"));
    script(folder.resolve("maven/apt-get"), "#!/bin/sh\n");
    script(
        folder.resolve("maven/apt-cache"),
        "#!/bin/sh\ncase $2 in openjdk*) echo \"  Candidate: " + candidate + "\" ;; esac\n");
    script(folder.resolve("maven/uname"), "#!/bin/sh\necho Linux\n");

    Outcome outcome = run(Map.of(), "./.mvn/explain-jdk");

    assertThat(outcome.err()).contains(advice).contains("~/.jdks");
  }

  @Test
  void withoutMavenItSaysWhatToInstall() throws Exception {
    Outcome outcome = lamina("doctor");

    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(outcome.err()).contains("needs Apache Maven", "install maven");
  }

  @Test
  void furtherOptionsReachTheJvm() throws Exception {
    maven(BUILDING_MAVEN);

    Outcome outcome = run(Map.of("LAMINA_JAVA_OPTS", "-Xmx1g -Dx=1"), "./lamina", "doctor");

    assertThat(outcome.out()).contains("-Xmx1g\n-Dx=1\n-jar\n");
  }

  @ParameterizedTest
  @CsvSource({"ANSI_X3.4-1968, C.UTF-8", "UTF-8, de_DE", "ISO-8859-1, de_DE"})
  void fileNamesOfAnyAlphabetAreTakenInTheCLocale(String charset, String expected)
      throws Exception {
    maven(BUILDING_MAVEN);
    script(folder.resolve("maven/locale"), "#!/bin/sh\necho " + charset + "\n");
    script(jdk.resolve("bin/java"), "#!/bin/sh\necho \"LC_ALL=$LC_ALL\"\n");

    Outcome outcome = run(Map.of("LC_ALL", "de_DE"), "./lamina", "doctor");

    assertThat(outcome.out()).isEqualTo("LC_ALL=" + expected + "\n");
  }

  @ParameterizedTest
  @CsvSource({"'', glibc.malloc.hugetlb=1", "glibc.malloc.check=3, glibc.malloc.check=3"})
  void hugePagesAreAskedForUnlessTheUserTunesGlibc(String own, String expected) throws Exception {
    maven(BUILDING_MAVEN);
    script(jdk.resolve("bin/java"), "#!/bin/sh\necho \"$GLIBC_TUNABLES\"\n");

    Outcome outcome = run(Map.of("GLIBC_TUNABLES", own), "./lamina", "doctor");

    assertThat(outcome.out()).isEqualTo(expected + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "25.0.3, true", "25.0.10, true", "25.1, true", "26, true", "26.0.1, true",
    "25, false", "25.0.2, false", "24.0.2, false", "17.0.15, false", "1.8.0_452, false"
  })
  void acceptsAJdkByItsVersion(String version, boolean accepted) throws Exception {
    Path candidate = fakeJdk("candidate", version);

    Outcome outcome = run(Map.of("JAVA_HOME", candidate.toString()), "./.mvn/find-jdk");

    if (accepted) {
      assertThat(outcome).isEqualTo(new Outcome(0, candidate + "\n", ""));
    } else {
      assertThat(outcome.out()).isNotEqualTo(candidate + "\n");
    }
  }

  @Test
  void aRuntimeWithoutCompilerIsNoJdk() throws Exception {
    Files.delete(jdk.resolve("bin/javac"));

    assertThat(run(Map.of(), "./.mvn/find-jdk").out()).isNotEqualTo(jdk + "\n");
  }

  private Path fakeJdk(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n");
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    script(home.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    return home;
  }

  private void maven(String text) throws IOException {
    Files.createDirectories(folder.resolve("maven"));
    script(folder.resolve("maven/mvn"), text);
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Makes everything laid out so far as old as sources usually are when a build starts. */
  private void age(Instant time) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(time));
      }
    }
  }

  private Outcome lamina(String... arguments) throws Exception {
    return run(
        Map.of(),
        Stream.concat(Stream.of("./lamina"), Stream.of(arguments)).toArray(String[]::new));
  }

  private Outcome run(Map<String, String> environment, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(List.of(command)).directory(folder.toFile());
    builder.environment().keySet().retainAll(List.of("LANG", "TERM"));
    builder.environment().put("HOME", folder.resolve("home").toString());
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().put("PATH", folder.resolve("maven") + ":" + toolsWithoutMaven());
    builder.environment().putAll(environment);
    Path out = folder.resolve("stdout");
    Path err = folder.resolve("stderr");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("%s ended", List.of(command)).isTrue();
    return new Outcome(
        process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }

  /**
   * Gathers the tools that the scripts use in one folder, because a real mvn may lie beside them.
   */
  private Path toolsWithoutMaven() throws IOException {
    Path tools = folder.resolve("tools");
    if (Files.isDirectory(tools)) {
      return tools;
    }
    Files.createDirectory(tools);
    for (String tool :
        List.of(
            "awk",
            "cat",
            "date",
            "dirname",
            "find",
            "grep",
            "head",
            "mkdir",
            "readlink",
            "rm",
            "sed",
            "sh",
            "sleep",
            "touch",
            "tput",
            "uname")) {
      for (String place : List.of("/usr/bin", "/bin")) {
        Path file = Path.of(place, tool);
        if (Files.isExecutable(file) && Files.notExists(tools.resolve(tool))) {
          script(tools.resolve(tool), "#!/bin/sh\nexec " + file + " \"$@\"\n");
        }
      }
    }
    return tools;
  }
}
