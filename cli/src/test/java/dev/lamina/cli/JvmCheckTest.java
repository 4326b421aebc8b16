package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JvmCheckTest {

  @Test
  void versionsFromTheFirstFixedOneOnPass() {
    assertThat(JvmCheck.jdk(Runtime.Version.parse("25.0.2+10")).passed()).isFalse();
    assertThat(JvmCheck.jdk(Runtime.Version.parse("25.0.3+9-LTS")).passed()).isTrue();
    assertThat(JvmCheck.jdk(Runtime.Version.parse("26-ea+3")).passed()).isTrue();
    assertThat(JvmCheck.jdk(Runtime.Version.parse("25")).passed()).isFalse();
  }

  @Test
  void aFailedCheckSaysWhatToDo() {
    assertThat(JvmCheck.vector(false))
        .hasToString(
            "MISSING Vector API: missing\n          → run with --add-modules jdk.incubator.vector");
    assertThat(JvmCheck.nativeAccess(true)).hasToString("ok      native access: enabled");
  }
}
