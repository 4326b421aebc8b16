/** What a backend is, how one is found, and how one is chosen. */
package dev.lamina.backend;
