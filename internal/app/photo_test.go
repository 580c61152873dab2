package app_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// photo returns what a page looks like, as PNG: a phone's at twice the pixels.
func photo(t *testing.T, chromium, address string, width, height int64, phone bool) []byte {
	t.Helper()
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("lang", "fr-FR"),
		chromedp.Flag("accept-lang", "fr-FR"))
	browser, end := chromedp.NewExecAllocator(t.Context(), flags...)
	defer end()
	tab, closed := chromedp.NewContext(browser)
	defer closed()
	view := chromedp.EmulateViewport(width, height)
	if phone {
		view = chromedp.EmulateViewport(width, height, chromedp.EmulateScale(2), chromedp.EmulateMobile)
	}
	err := chromedp.Do(tab, view, chromedp.Navigate(address), chromedp.WaitReady("main"))
	if err != nil {
		t.Fatalf("look at %s: %v", address, err)
	}
	png, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatalf("look at %s: %v", address, err)
	}
	return png
}
